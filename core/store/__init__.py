"""Conversations and pictures on disk.

Its modules in reading order:

    archive               Conversations and pictures on disk, without the loop ever waiting for the
                          disk.
    turn_archive          Turns on disk, or in memory those of private conversations, without the
                          loop ever waiting.
    picture_archive       Attached pictures on disk, or in memory those of private conversations;
                          nobody waits for it.
    store_thread          A thread that carries out blocking calls in their order, beside the loop.
    stored_conversations  Conversations in SQLite, apart from their turns: every method blocks, on
                          the store's thread.
    stored_turns          Turns in SQLite, from submission to end: every method blocks, on the
                          store's thread.
    stored_pictures       Pictures and who needs them: rows and files; every method blocks, on the
                          store's thread.
    library               The library on disk: pages of conversations, whole trees and labels, off
                          the loop.
    stored_library        Labels and branches in SQLite: every method blocks, on the store's thread.
    reader                Reading what is stored while the store's own thread writes: a connection
                          and thread for that.
    library_page          Which conversations a filter lets through, a page at a time.
    condition             A condition on conversations, as SQL with its values.
    library_rows          Conversations as a list of many shows them, in SQLite; deleted ones too
                          until their purge.
    kept_tree             A whole conversation as a value that is kept, read from SQLite.
    looks                 Which stored pictures look alike: their looks differ in few bits.
    deleted_branches      Branches that were deleted and can be restored, in SQLite; used within the
                          store's transactions.
    tag_table             The tags of conversations, in SQLite; used within the store's
                          transactions.
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
    search                Searches, on a read connection and a thread of their own.
    word_index            The searchable words of titles and messages: two FTS5 tables for each of
                          both.
    indexing              Indexing what an older version stored, in short steps while everything
                          else goes on.
    hits                  The places that a search finds, a page at a time, on a connection that
                          reads.
    candidates            Titles and messages that hold what is searched for, the newest of them,
                          and their ranks.
    ranking               How well a text fits what was searched for, and how much its age counts.
    snippets              A line of what stands around a place that was found.
    found_words           What holds the words that were searched for, as conditions of SQL.
    titles                Titles of conversations, made from their first message.
    database              The SQLite file: opened, checked to be in its place, and its errors as
                          sentences.
    migrations            The database's schema as numbered steps; a step that was released never
                          changes.
    version_7             The step to version 7: what a library of many conversations needs.
    version_8             The step to version 8: words with a Turkish dotless i are found as those
                          with an i.
    backups               Dated copies of the database: one before each migration, and one a week.
    weekly_backup         One dated copy of the database a week, made and checked beside its use.
    picture_files         Copies of attached pictures: files named by the sha256 of their bytes.
    old_looks             Looks of pictures that were stored before looks were: taken one by one
                          while nobody waits.
    roll_archive          Rolls on disk, without the loop ever waiting for the disk.
    roll_table            Rolls and their rows, in SQLite; used within the store's transactions.
    stored_rolls          Rolls in SQLite: every method blocks, on the store's thread.
    stored_imports        Conversations from elsewhere, stored in SQLite: every method blocks, on
                          the store's thread.
    imports               Conversations from elsewhere on disk, without the loop ever waiting for
                          it.
    memory_files          Files of the pictures of private conversations: in memory, or where the
                          user picked them.
    private_database      The tables of the store in memory, for what never touches the disk.
    stores                Conversations, turns and pictures of one database: that on disk, or that
                          of private ones.
    import_rows           Rows of conversations from elsewhere, in SQLite; used within the store's
                          transactions.
    staged_imports        Long conversations from elsewhere, stored in short steps; each blocks, on
                          the store's thread.
    staged_extensions     Many messages from elsewhere, added to a conversation that is here; each
                          blocks, on the thread.
"""
