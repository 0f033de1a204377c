"""Conversations and pictures on disk.

Its modules in reading order:

    archive             Conversations and pictures on disk, without the loop ever waiting for the
                        disk.
    disk                The one thread that every disk access of the store runs on.
    store               Conversations in SQLite: every method blocks, and is called on the store's
                        one thread.
    conversation_table  Conversations without their messages, in SQLite; used within the store's
                        transactions.
    message_tree        The messages of every conversation as trees, in SQLite; used within the
                        store's transactions.
    picture_table       The pictures that have a copy on disk, in SQLite; used within the store's
                        transactions.
    rows                What lies between SQLite and the store: queries, rows as values, titles.
    word_index          The words of titles and messages, for search.
    database            Opening the SQLite file, and its errors as sentences.
    migrations          The database's schema as numbered steps; a step that was released never
                        changes.
    picture_files       Copies of attached pictures: files named by the sha256 of their bytes.
"""
