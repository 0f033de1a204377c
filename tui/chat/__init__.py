"""The screen of every day: conversations, log, prompt and preview.

Its modules in reading order:

    chat_screen         The one screen of every day: conversations, log, prompt, preview, and what
                        they do together.
    panels              The row of sidebar, chat and preview: docked where there is room, else laid
                        over the chat.
    shows_pictures      What keys do with pictures: picked, shown whole, cropped, or seen as the
                        model sees them.
    picture_screens     The screens of pictures above the chat: the picker, and the viewer of all
                        that is in it.
    chat                One conversation on screen: its log above what the user is about to send.
    composer            Tray, pictures and prompt: what the user is about to send.
    tray                The tray above the pictures: what is edited, what waits, and what holds the
                        message back.
    prompt              The prompt: a text area that grows with its text, remembers what was sent
                        and sends on Enter.
    marked              The message that keys act on, and what belongs to it: its question, answer
                        and versions.
    sidebar             The conversations beside the chat: the library in its small form.
    hearing             Lets a widget hear a session's events for as long as it is on screen.
    status_bar          The status bar: the title, and the answers to four questions.
    welcome             What an empty conversation shows: how to begin, and what the model can't do.
    core_notice         Why the core can't be used: above the prompt, which keeps the focus while
                        keys are typed.
    decision_notice     What the user has to decide: above the prompt, which keeps the focus, until
                        it is answered.
    reading             What the chat offers to whoever reads: search in the conversation, and the
                        times of messages.
    branching           What the chat offers for the marked message: answered again, edited, forked,
                        or deleted.
    search_row          The row in which words are typed that are searched for in the conversation.
    steps_back          The steps back of the chat's screen, from what was opened last to the
                        prompt.
    chip_rows           Chips in rows: which stand in a row, which rows are shown, and what a chip
                        says. Pure.
    chips               The pictures of the next message: a chip each, which the keyboard walks,
                        removes and moves.
    tab_completion      Tab in the prompt: completes the word before the cursor, then walks through
                        what fits.
    choice_finder       What Tab finds: pictures of the conversation, of the picker's last folder,
                        and paths on disk.
    editor              The prompt, or a file, in an editor of the user's own, as `$VISUAL` or
                        `$EDITOR` names it.
    chooser             What the lists above the chat have in common: they close with what was
                        chosen, or with None.
    past_questions      A search in what was asked before, in all conversations, to ask it again.
    chooses_model       What answers the next questions, as the user chooses it: model, adapter and
                        preset.
    model_chooser       The models that are here with their facts, to load one; a name that is not
                        here is downloaded.
    model_facts         What a list says of a model: a row, and the lines of the one at the cursor.
    adapter_chooser     The adapters that were trained here, to put one on the model; any folder can
                        be typed.
    preset_chooser      The presets to choose from: each with the user's words, its values, and what
                        a change costs.
    template_menu       The templates, each with the letter that puts it into the prompt.
    presets_file        `presets.toml` in the user's editor; where there is none it begins as an
                        example.
    recalling           A text area that brings back what was sent before, and whose text others may
                        change.
    recall              What `up` and `down` bring back into the prompt: sent messages, and what was
                        typed before.
    end_notice          Tells that an answer has ended to somebody who looks elsewhere.
    ways_out            The commands that decide what a notice asks, and what each does.
    deciding            Carries out what the user decides about something that went wrong.
    clipboard_pictures  Attaches the picture in the clipboard of the machine where the terminal
                        runs, over SSH too.
"""
