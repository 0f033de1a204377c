"""Reads pictures that strangers made in programs of their own, under limits of time and memory.

Its modules in reading order:

    jobs        What a worker program is asked, and what it answers: one JSON line each.
    memory      How much memory a picture takes while it is decoded, and how much it may take.
    worker      The program that reads pictures: `python -P -m seeshell.core.pictures.worker
                SECONDS`.
    parent      The parent of a worker program, as that sees it: gives jobs, memory and sizes, takes
                replies.
    copying     Copies a picture that a user named into a file of the store, and decodes that to its
                end.
    resizing    Brings a stored picture to the size at which a model is given it.
    shrinking   Makes a small copy of a picture, or of a part of it, to look at.
    fed_pixels  The pixels that a model was given of a picture, or a part of them, as squares.
    overlay     What is drawn over a small copy: rectangles and points, each with its label or its
                number.
    process     One worker program as its parent sees it: asked, timed and ended.
    turns       Whose turn it is: jobs wait for each other only where they must.
    workers     The worker programs of one process: started when needed, kept warm, ended.
    waiting     Pixels for a thread beside the event loop, which waits only until it is told to
                stop.
    kept_page   The page of which a part was copied last, decoded: its next part is cut out of that.
"""
