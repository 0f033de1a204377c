"""Reads pictures that strangers made in programs of their own, under limits of time and memory.

Its modules in reading order:

    jobs      What a worker program is asked, and what it answers: one JSON line each.
    memory    How much memory a picture takes while it is decoded, and how much it may take.
    worker    The program that reads pictures: `python -P -m seeshell.core.pictures.worker`.
    process   One worker program as its parent sees it: asked, timed and ended.
    workers   The worker programs of one process: few, warm, and never in each other's way.
    waiting   Pixels for a thread beside the event loop, which waits only until it is told to stop.
"""
