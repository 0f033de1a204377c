"""Pictures from the web: an `http(s)` address in, a file out, within limits.

Its modules in reading order:

    address   The address of a picture on the web: its parts, and what the picture is called.
    hosts     Where a host can be reached, and whether that is the public internet.
    fetching  Fetches one picture: redirects followed and checked, bytes and seconds limited.
    refusals  What is said of an address that brings no picture, and what to do instead.
"""
