"""The session manager: does what clients ask, and keeps conversations and turns together.

Its modules in reading order:

    sessions         The session manager: carries out what clients ask, and keeps conversations and
                     turns together.
    subscribers      Who hears which events.
    environments     Whose environment a turn is computed in: that of the client which submitted it.
    new_settings     Takes over what has changed in the settings and presets when a client gives the
                     occasion.
    conversations    What clients ask about stored conversations: list, open, change, fork, delete,
                     restore.
    turns            What clients ask about turns: to submit and stop them, and to change what is
                     queued.
    queue            The queues of all conversations, and the order in which these wait.
    turn_order       Which waiting turn is next: the loaded model's before others', as far as that
                     is fair.
    serving          What is done for the turns that wait: each is answered by its model once that
                     is loaded.
    answered_models  What answers tell of their models: which one a conversation keeps, and how fast
                     each reads.
    stay_awake       Keeps the machine from sleeping while answers are given, where it would: on
                     macOS.
    worker           What the engine does next: one thing at a time, loads before turns, turns
                     before work ahead.
    answering        One turn from being taken from its queue to the event that ends it.
    open_turn        A turn that is being answered: what is known of it, as the events that tell it.
    endings          How an answer ended, and the sentence about an ending that is no success.
    turn_options     How an answer is to be given: a turn's own options, then its preset, then the
                     settings.
    prompt_messages  What the model is asked: the stored messages of a branch as those of a prompt.
    work_ahead       Work ahead of turns: what clients will probably ask for is computed while
                     nothing else is.
    model_states     What becomes of a model: the states that a loader can be in.
    load             One load of a model: what is wanted, who hears of it, and how it failed.
    model_loader     Which model is wanted, and bringing the engine there.
    model_list       Which models are here, for clients that let their users choose.
    housekeeping     What is done while nobody waits: deleted conversations and stray files are
                     removed.
"""
