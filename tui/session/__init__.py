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
    draft              What the user has typed and attached but the core does not have yet.
    drafts             The drafts of all conversations, and the edits that are under way in them.
    draft_file         Unsent texts and pictures on disk: a line that drops loses none of them.
    outgoing           What leaves the prompt: pictures are checked, messages sent in order, nothing
                       is lost.
    attach_paths       Paths of pictures in text that was pasted or typed into the prompt.
    quiet_requests     What the core is told without anybody waiting for it: only the newest of each
                       kind counts.
    chat_status        What the status bar tells: model, state, context and speed, brought up to
                       date by events.
    news               What the user should know beside the conversation: said once in each window.
"""
