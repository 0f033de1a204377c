"""The session manager: does what clients ask, and keeps conversations and turns together.

Its modules in reading order:

    sessions           The session manager: carries out what clients ask, and keeps conversations
                       and turns together.
    subscribers        Who hears which events.
    environments       Whose environment a turn is computed in: that of the client which submitted
                       it.
    new_settings       Takes over what has changed in the settings and presets when a client gives
                       the occasion.
    conversations      What clients ask about stored conversations: list, open, change, fork,
                       delete, restore.
    private_ends       Private conversations end with the windows that have them open: at once, or a
                       while later.
    library            What clients ask about everything that is kept: lists, labels, whole trees,
                       and the bin.
    hits               Searches of clients: what one types next takes the place of what it typed
                       before.
    library_news       Tells every client how lists show the conversations that have changed.
    unsent_pictures    What clients ask about pictures that are not sent yet: to attach them, and to
                       keep them.
    turns              What clients ask about turns: to submit and stop them, and to change what is
                       queued.
    queue              The queues of all conversations, and the order in which these wait.
    turn_order         Which waiting turn is next: the loaded model's before others', as far as that
                       is fair.
    serving            What is done for the turns that wait: each is answered by its model once that
                       is loaded.
    answered_models    What answers tell of their models: which one a conversation keeps, and how
                       fast each reads.
    stay_awake         Keeps the machine from sleeping while answers are given, where it would: on
                       macOS.
    worker             What the engine does next: loads before turns, turns before rows of rolls,
                       work ahead last.
    answering          One turn from being taken from its queue to the event that ends it.
    open_turn          A turn that is being answered: what is known of it, as the events that tell
                       it.
    endings            How an answer ended, and the sentence about an ending that is no success.
    stored_ends        The ends of answers as they are stored: kept until the disk takes them, or
                       the turn withdrawn.
    continued_stats    What an answer cost that was continued: the figures of all its turns as one
                       receipt.
    turn_options       How an answer is to be given: a turn's own options, then its preset, then the
                       settings.
    prompt_messages    What the model is asked: the stored messages of a branch as those of a
                       prompt.
    work_ahead         Work ahead of turns: what clients will probably ask for is computed while
                       nothing else is.
    model_states       What becomes of a model: the states that a loader can be in.
    load               One load of a model: what is wanted, who hears of it, and how it failed.
    model_loader       Which model is wanted, and bringing the engine there.
    model_requests     What clients ask about the model: to load another one, to give a load up, to
                       free it.
    model_list         Which models are here, for clients that let their users choose.
    housekeeping       What is done while nobody waits: removing what was deleted, and the weekly
                       backup.
    fetched_pictures   Pictures that a client wants from the web: fetched with its proxies, then
                       attached.
    offers             Pictures that one client offers to the window used last, as `seeshell attach`
                       does.
    picture_requests   Carries out what clients ask about pictures that are not sent yet.
    rolls/             Rolls: one question over many pictures, answered when no turn waits.
    exporting          Writes bundles: conversations with all their branches and pictures, one
                       bundle at a time.
    extending          Stores conversations from elsewhere while those that are here already are in
                       use.
    importing          Stores what bundles hold and is not there yet, one conversation after the
                       other.
    transfers          What clients ask about bundles: to write one, and to store what one holds.
    stripped_pictures  Pictures for others: without what was noted in their files, as the place and
                       the camera.
"""
