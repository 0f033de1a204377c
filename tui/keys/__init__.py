"""Every command that has a key: its id, its keys and its words, once; and the keys in force.

Its modules in reading order:

    command           What a key can do: a command with its id, its default keys and its words, in a
                      place.
    chat_commands     The commands of the chat's screen: everywhere, on a message, in the log and in
                      the list.
    typing_commands   The commands where text is typed, and of the picker and the dialogs above the
                      chat.
    chooser_commands  The commands of the lists that lie above the chat and close with what was
                      chosen.
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
"""
