"""The screen of every day: conversations, log, prompt and preview.

Its modules in reading order:

    chat_screen  The one screen of every day: conversations, log, prompt, preview, and what they do
                 together.
    panels       The row of sidebar, chat and preview: docked where there is room, else laid over
                 the chat.
    chat         One conversation on screen: its log above what the user is about to send.
    composer     Tray and prompt: what the user is about to send.
    tray         The tray above the prompt: what is edited, what waits, pictures of the next
                 message.
    prompt       The prompt: a text area that grows with its text, remembers what was sent and sends
                 on Enter.
    sidebar      The conversations: a filter, a list, and what can be done with the one under the
                 cursor.
    hearing      Lets a widget hear a session's events for as long as it is on screen.
    status_bar   The status bar: the title, and the answers to four questions.
    welcome      What an empty conversation shows: how to begin, and what the model can't do.
    core_notice  Why there is no core: above the prompt, which keeps the focus and every key that is
                 typed.
"""
