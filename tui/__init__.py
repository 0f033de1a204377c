"""The interface: a Textual app and a command line that talk to the core over its socket.

Its modules in reading order:

    cli/          The command line: `seeshell`, `seeshell ask` and the commands for the core.
    app           The app: themes, the chat screen, and what works on every screen.
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
    key_line      The last row: what the keyboard can do where the focus is.
    chat/         The screen of every day: conversations, log, prompt and preview.
    log/          The chat log: one widget that draws every message of a conversation as lines.
    picker/       The file picker and the preview pane.
    pictures/     Pictures as terminal cells: decoded beside the interface, sent once, drawn as
                  plain Strips.
    session/      The conversation on screen without any widget, and everything that is unsent.
    terminal/     What the terminal is and says: asked once, then its keys and what is written to
                  it.
    status_words  Words for what the model does, how full the context is and how fast answers come.
    preset_words  Words for presets: what they say of answers, and what it costs to change to one.
    visible       Text from outside made safe to draw: what steers, reorders or hides becomes
                  visible.
    size_watcher  Sizes of widgets that come and go.
    sizes         Sizes in words.
    scarcity      What the system has run out of: processes, threads, open files or memory.
    state_file    Small files in which the interface keeps its state; nothing but convenience
                  depends on them.
    shortened     Text shortened in its middle, where names and titles are alike.
"""
