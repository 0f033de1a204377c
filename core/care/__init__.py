"""Looking after what is on disk: what is wrong with it, and, asked, mending that.

A program of its own, which `seeshell doctor` runs: nobody else may write meanwhile, so that it
mends only while it holds the core's lock. Killed at any moment it loses nothing.

Its modules in reading order:

    condition      What is the case in one respect of what is on disk, and whether that is mended.
    conversations  The database: whether it can be read, whole and in step with its searches.
    rescue         What can be read of a damaged database, as a whole one.
    readable_rows  The rows of a table that can be read, those beside a damaged page too.
    copied_rows    Rows on their way from one database to another one, whose schema may be newer.
    stored_tables  The tables that hold what can't be made again, and what their rows look like.
    raw_pages      Rows read from the pages of a database file, where SQLite itself finds no way to
                   them.
    from_backup    What could not be read of a damaged database and a backup has still, and no more.
    joined         What was read of a damaged database, joined again where it hangs in the air.
    exchange       Puts a rescued database in the place of the damaged one, which is kept.
    pictures       Files of pictures that are missing, or that nothing names.
    folders        Rights of the user and of others, disk room, and KV caches without a
                   conversation.
    __main__       Prints what is the case as JSON: `python -m seeshell.core.care [--repair]`.
"""
