"""`seeshell import`: bundles and other programs' exports taken in.

Other programs' files are read here, in the command's process, and reach the core as a bundle.

Its modules in reading order:

    import_files     `seeshell import`: takes bundles and other programs' exports in, and says what
                     was left out.
    options          What `seeshell import` accepts.
    preparing        An export made a bundle, so that the core reads bundles alone.
    recognised       What an export is, told by what is in it: the names of files say nothing.
    collected        What was read of another program's file: a bundle of it, and what could not be
                     taken.
    foreign_tree     Messages of other programs as seeshell's: a tree of questions and answers.
    source           Files that other programs export: a zip file, a folder, or one file and what
                     lies beside it.
    json_list        JSON documents that are lists of conversations, taken apart without being read
                     as a whole.
    database         SQLite databases of other programs, read without being changed.
    chatgpt          ChatGPT's export: `conversations.json` with trees of messages, and pictures
                     beside it.
    claude           Claude's export: `conversations.json` with messages in order, and no pictures.
    llm_logs         The logs of `llm`: an SQLite database with older tables, newer ones, or both.
    llm_responses    The older tables of `llm`'s logs: each response whole, with what was asked.
    llm_turns        The newer tables of `llm`'s logs: turns, which name chains of messages that
                     threads share.
    llm_chains       Messages in the newer tables of `llm`'s logs: chains, named by hashes of all
                     that they say.
    llm_attachments  Attachments in the logs of `llm`: in the database, as files on this disk, or
                     addresses.
    lm_studio        LM Studio's conversations: a JSON file each, with versions of each message
                     beside each other.
    open_webui       Open WebUI's export: a list of chats with trees of messages, pictures in them
                     as data URLs.
    oterm            oterm's database: chats with their messages in order, and pictures within them.
    seeshell_json    seeshell's own JSON of conversations, as `seeshell show --json` prints it:
                     without pictures.
"""
