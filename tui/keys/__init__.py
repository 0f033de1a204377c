"""Every command that has a key: its id, its keys and its words, once; and the keys in force.

Its modules in reading order:

    command           What a key can do: a command with its id, its default keys and its words, in a
                      place.
    screen_commands   The commands of the whole app, and of the chat's screen wherever the focus is.
    chat_commands     The commands of the conversation on screen: what is done with its messages.
    log_commands      The commands in the log: moving, copying, and what is done with what a message
                      shows.
    reading_commands  The commands of reading: the search in a conversation, its tree, and two
                      messages compared.
    typing_commands   The commands where text is typed, and of the dialogs above the chat.
    picker_commands   The commands of the picture picker: of its list, its grid, and its places and
                      folders.
    library_commands  The commands of the list of conversations, as sidebar and as library, and of
                      the library.
    export_commands   The commands of the question how to export conversations.
    chooser_commands  The commands of the lists that lie above the chat and close with what was
                      chosen.
    viewer_commands   The commands of the full-screen viewer, and of the rectangle that is cut out
                      in it.
    table             Every command that has a key, by its id; nothing else names one.
    names             Keys as people write them, and as Textual calls them: `?` is `question_mark`,
                      `esc` `escape`.
    keymap            The keys in force: the defaults of the table, and what `[keys]` of
                      `config.toml` says instead.
    problems          What is wrong with the keys that a user has chosen, in one sentence that says
                      how to mend it.
    bindings          The commands of the table as Textual's bindings, with the keys that are in
                      force in an app.
    way_back          One step back: what the key for it does now, of several things in a fixed
                      order.
    focus             Where keys go: the focus of a screen is never nowhere, nor on what is not
                      shown.
    roll_commands     The commands of rolls: the table of one, the list of all, and what begins one.
"""
