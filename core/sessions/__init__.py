"""The session manager: does what clients ask, and keeps conversations and turns together.

Its modules in reading order:

    sessions         The session manager: carries out what clients ask, and keeps conversations and
                     turns together.
    subscribers      Who hears which events.
    submissions      Taking turns in: questions are stored and their answers queued.
    turn_queue       The queue of answers: one is computed at a time, in the order of submission.
    open_turn        A turn from its submission to its end.
    prompt_messages  What the model is asked: the stored messages of a branch as those of a prompt.
    work_ahead       Work ahead of turns: what clients will probably ask for is computed while
                     nothing else is.
    model_loader     Which model is wanted, and bringing the engine there.
"""
