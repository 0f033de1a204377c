"""Conversations on their way out and in: bundles, written, read and checked.

Its modules in reading order:

    bundle_format  What a bundle consists of, and how much it may hold.
    bundle_writer  Writes a bundle: under another name beside its place until it is whole.
    bundle_reader  Reads a bundle that a stranger may have made: nothing of it is written by its own
                   names.
    handed_in      Files that users hand in to be imported: opened without waiting, errors as
                   sentences.
    checked        Conversations from elsewhere, checked: what is stored of them can harm nobody.
"""
