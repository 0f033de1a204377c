"""The commands on stored conversations: `seeshell chats`, `show`, `export`, `rm` and `tag`.

Its modules in reading order:

    parser       What `seeshell chats`, `show`, `export`, `rm` and `tag` accept.
    help_texts   What `--help` says below the options of the commands on stored conversations.
    kept_here    What is kept, as commands reach it: the core, what a query finds, and whole
                 conversations.
    chats        `seeshell chats`: which conversations are kept, and where in them something stands.
    table        Conversations and places in them as lines: fit to a terminal, or whole with tabs
                 for a pipe.
    show         `seeshell show`: a conversation as text, for a terminal or a pipe.
    export       `seeshell export`: conversations as files to take along, or one of them on standard
                 output.
    bundle       Bundles: the core writes them, beside their place until they may be put there.
    told_export  What `seeshell export` says of what it has written.
    remove       `seeshell rm`: deletes conversations, brings them back, and empties the bin.
    tag          `seeshell tag`: gives conversations tags and takes them away, or says which there
                 are.
"""
