"""One question over many pictures: what begins it, the table that fills, and all there are.

Its modules in reading order:

    roll_screen  A roll on screen: its table fills as answers come; a row is read, asked again, or
                 asked on.
    roll_table   The rows of a roll as a table: one Line API widget, so that 20,000 rows cost as
                 much as fifty.
    new_roll     Asks what a roll begins with: pictures, as a folder, files or globs, and the
                 question.
    roll_list    All rolls, newest first: one is opened, deleted, or another one begun.
    walk         The way through rolls: from the list of all, or the question, to a table and on
                 from a row.
"""
