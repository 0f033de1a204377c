"""Everything that is kept, as a list: small beside the chat, and full on a screen of its own.

Its modules in reading order:

    panel           The list of conversations with its filter, small as the sidebar and full in the
                    library.
    filter_line     The line above a list of conversations, where words and notation are typed.
    rows            A list of conversations or hits as one Line API widget: ten thousand cost as
                    much as fifty.
    row_lines       Lines of the list of conversations: a row in short and in full, a heading, and a
                    hit.
    thumbnails      Thumbnails of the pictures that are in sight, drawn one after the other beside
                    the interface.
    deed_keys       Keys of a list that act on the conversation at its cursor, or on those that are
                    marked.
    deeds           What keys do with conversations of a list: asks what has to be asked, and has it
                    done.
    told            What a list of conversations says of itself: why it is empty, how long it is,
                    what is wrong.
    library_screen  The library: everything that is kept on the whole screen, searched, sorted out
                    and opened.
    preview         What was said in the conversation at the cursor: its last turns, or those around
                    a hit.
    walk            The way through the library: from the chat to what is opened, at the place that
                    was found.
"""
