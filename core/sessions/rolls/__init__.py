"""Rolls: one question over many pictures, answered when no turn waits.

Its modules in reading order:

    rolls          What clients ask about rolls: to start, resume, retry and stop them, and to go on
                   from a row.
    rolling        Answers the rows of rolls: one after the other, the next one queued behind the
                   one that runs.
    row_answering  One row of a roll, from its picture's file to the end of its answer.
    running_roll   A roll whose waiting rows are being answered: what is left of it, and how far it
                   is.
"""
