"""The interface: a Textual app and a command line that talk to the core over its socket.

Its modules in reading order:

    cli/          The command line: `seeshell`, `seeshell ask` and the commands for the core.
    app           The app: themes, the chat screen, and what works on every screen.
    garbage       When garbage is searched for: not before the first frame, and everything only at
                  rest.
    ending        How the app ends or is suspended: by a key or a signal, and what was typed last is
                  stored.
    slow_line     A slow line to the terminal: drawing less is offered once, and turned on and off
                  by a key.
    crash         An app that crashes: the terminal is given back, one sentence says so, and a file
                  has the rest.
    themes        Colour themes read from TOML files: the ones in `themes/` and the user's own.
    choices       What was chosen in the app of things that are settings too: it lasts until the
                  setting changes.
    commands      The command palette: everything that a key does, and what has no key.
    keys/         Every command that has a key: its id, its keys and its words, once; and the keys
                  in force.
    help_screen   Every key, by the place where it works.
    dialogs       Small questions that stand above the chat: yes or no, and one line of text.
    ask_export    Asks in which form conversations are to be exported and where to, and has it done.
    key_line      The last row: what the keyboard can do where the focus is.
    chat/         The screen of every day: conversations, log, prompt and preview.
    log/          The chat log: one widget that draws every message of a conversation as lines.
    markdown/     The Markdown of answers before it is drawn: read the same for the terminal and for
                  exports.
    picker/       The file picker and the preview pane.
    viewer/       The full-screen viewer: pictures as near as one likes, compared, and cut out to
                  ask about.
    pictures/     Pictures as terminal cells: decoded beside the interface, sent once, drawn as
                  plain Strips.
    session/      The conversation on screen without any widget, and everything that is unsent.
    terminal/     What the terminal is and says: asked once, then its keys and what is written to
                  it.
    status_words  Words for what the model does, how full the context is and how fast answers come.
    price_words   What a picture costs, in words: its size, what the model sees of it, tokens,
                  seconds, context.
    marks         Boxes and points of answers as they are shown: in which colours, and in what
                  words.
    preset_words  Words for presets: what they say of answers, and what it costs to change to one.
    clipboard/    What is copied: which way it gets into the clipboard of the machine in front of
                  the user.
    visible       Text from outside made safe to draw: what steers, reorders or hides becomes
                  visible.
    ages          Moments as people say them: how long ago, and when that was.
    size_watcher  Sizes of widgets that come and go.
    sizes         Sizes in words.
    scarcity      What the system has run out of: processes, threads, open files or memory.
    state_file    Small files in which the interface keeps its state; nothing but convenience
                  depends on them.
    in_memory     Where a file can lie that is in memory alone, for what may come on no disk.
    shortened     Text shortened in its middle, where names and titles are alike.
    wrapped       Text in lines of a width in cells, of which a letter may take two.
    doctor/       `seeshell doctor`: small checks of everything between the program and the user's
                  eyes.
    tree/         All branches of a conversation: a tree that is walked, and two messages side by
                  side.
    library/      Everything that is kept, as a list: small beside the chat, and full on a screen of
                  its own.
    roll/         One question over many pictures: what begins it, the table that fills, and all
                  there are.
    line_profile  How much is drawn on the line to the terminal: all that helps, or on a slow one
                  less.
    export/       Conversations as files to take along: a page, Markdown, JSON, training rows. No
                  Textual.
"""
