"""The interface: a Textual app and a command line that talk to the core over its socket.

Its modules in reading order, from the command to what is drawn:

    cli/                                      the command line; starts the app
    launch, terminal, terminal_replies        what the app starts with, the terminal's answers too
    handed_over                               what of the environment the core is given
    app, themes, keys, type_ahead             the program: themes, and keys for every screen
    chat_screen, panels                       the one screen, and its side panels
    session, session_events, core_link        the conversation on screen, without any widget
    draft, drafts, draft_file                 what is unsent, of all conversations
    outgoing, shown_turns                     its way to the core, and what waits there
    conversation_list                         what is done to conversations that are not shown
    quiet_requests, chat_status               what nobody waits for; what the status bar tells
    news                                      what is told once, beside the conversation
    chat, log/                                the messages
    composer, tray, prompt, attach_paths      what is typed and attached
    sidebar, status_bar, key_line, welcome    what stands around them
    core_notice                               why there is no core, and how to get one
    dialogs, commands, help_screen            what lies above them
    picker/, pictures/                        choosing pictures, and drawing them in cells
    visible, control_filter                   text from anywhere made safe for the terminal
    laid_out                                  sizes of widgets that come and go
    sizes, state_file                         sizes in words, small files
"""
