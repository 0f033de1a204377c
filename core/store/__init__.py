"""Conversations and pictures on disk.

Its modules in reading order:

    archive               Conversations and pictures on disk, without the loop ever waiting for the
                          disk.
    store_thread          A thread that carries out blocking calls in their order, beside the loop.
    stored_conversations  Conversations in SQLite, apart from their turns: every method blocks, on
                          the store's thread.
    stored_turns          Turns in SQLite, from submission to end: every method blocks, on the
                          store's thread.
    stored_pictures       Pictures and who needs them: rows and files; every method blocks, on the
                          store's thread.
    sweeper               Removing for good what was deleted long ago, and files that nothing needs.
    conversation_table    Conversations without their messages, in SQLite; used within the store's
                          transactions.
    message_tree          The messages of every conversation as trees, in SQLite; used within the
                          store's transactions.
    part_table            The parts of messages, in SQLite; used within the store's transactions.
    turn_table            Turns that were submitted, and their queues, in SQLite; used within the
                          store's transactions.
    picture_table         The pictures that have a copy on disk, in SQLite; used within the store's
                          transactions.
    claim_table           Which window has which unsent pictures, in SQLite; used within the store's
                          transactions.
    word_index            The words of titles and messages, for search.
    search                Lists of conversations and searches in them, on a read connection of their
                          own.
    titles                Titles of conversations, made from their first message.
    database              The SQLite file: opened, checked to be in its place, and its errors as
                          sentences.
    migrations            The database's schema as numbered steps; a step that was released never
                          changes.
    backups               Dated copies of the database, made before a migration.
    picture_files         Copies of attached pictures: files named by the sha256 of their bytes.
"""
