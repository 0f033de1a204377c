"""The screen of every day: conversations, log, prompt and preview.

Its modules in reading order:

    chat_screen     The one screen of every day: conversations, log, prompt, preview, and what they
                    do together.
    panels          The row of sidebar, chat and preview: docked where there is room, else laid over
                    the chat.
    chat            One conversation on screen: its log above what the user is about to send.
    composer        Tray, pictures and prompt: what the user is about to send.
    tray            The tray above the pictures: what is edited, what waits, and what holds the
                    message back.
    chip_rows       Chips in rows: which stand in a row, which rows are shown, and what a chip says.
                    Pure.
    chips           The pictures of the next message: a chip each, which the keyboard walks, removes
                    and moves.
    prompt          The prompt: a text area that grows with its text, remembers what was sent and
                    sends on Enter.
    recall          What `up` and `down` bring back into the prompt: sent messages, and what was
                    typed before.
    tab_completion  Tab in the prompt: completes the word before the cursor, then walks through what
                    fits.
    choice_finder   What Tab finds: pictures of the conversation, of the picker's last folder, and
                    paths on disk.
    editor          The prompt in an editor of the user's own, as `$VISUAL` or `$EDITOR` names it.
    past_questions  A search in what was asked before, in all conversations, to ask it again.
    sidebar         The conversations: a filter, a list, and what can be done with the one under the
                    cursor.
    status_bar      The status bar: the title, and the answers to four questions.
    welcome         What an empty conversation shows: how to begin, and what the model can't do.
    core_notice     Why there is no core: above the prompt, which keeps the focus and every key that
                    is typed.
"""
