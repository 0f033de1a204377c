"""The conversation on screen without any widget, and everything that is unsent.

Its modules in reading order:

    launch_options     What the command line asks of the app when it starts.
    handed_over        What of this program's environment is handed over to the core.
    session            The conversation on screen, and everything that is asked of the core about
                       it.
    events             What a `ChatSession` tells the screen: facts in the order in which they
                       happened.
    broadcast          Hands each event of a session to those who listen for its kind, at once and
                       in order.
    core_link          The line to the core: one connection at a time, and what its refusals become.
    shown_turns        The turns of the conversation on screen: the open answer, and those that
                       wait.
    conversation_list  The list of stored conversations, and what is done to one without showing it.
    draft              The values of the journal: what was typed, attached and sent but is not the
                       core's yet.
    journal            The journal of this window: the one owner of what is unsent in it, by
                       conversation.
    journal_keeper     Has the journal's entries on disk soon after each change, and says so where
                       it can't.
    journal_folder     The journals on disk: a folder for each window, locked while it lives, a file
                       for each entry.
    saved_unsent       How an entry of the journal is written to disk and read again.
    inheritance        What dead windows left unsent: who inherits it, and when it is given up.
    old_drafts         Takes over `drafts.json`, which held what was unsent before each window had a
                       journal.
    outgoing           What leaves the prompt: pictures are checked, messages sent in order, nothing
                       is lost.
    picture_checks     Has the core check and copy pictures, a few at a time, and takes down what
                       became of each.
    deliveries         Turns on their way: each is made ready and sent in its order, whoever waits
                       for it.
    attach_paths       Paths of pictures in text that was pasted or typed into the prompt.
    quiet_requests     What the core is told without anybody waiting for it: only the newest of each
                       kind counts.
    chat_status        What the status bar tells: model, state, context and speed, brought up to
                       date by events.
    news               What the user should know beside the conversation: said once in each window.
"""
