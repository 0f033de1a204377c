"""Kinds of picture files, and what Pillow alone can't read of them. Reads headers, decodes nothing.

Its modules in reading order:

    kinds             What kind of file it is, told from its first bytes: a picture, or something
                      else with a name.
    spliced_file      Pieces of a file, and bytes between them, read as if they were one file.
    png_file          PNG files as Pillow can read them: without long texts, and Apple's own kind as
                      a usual one.
    jpeg_file         JPEG files whose last bytes are missing: read, and judged by how much of the
                      picture that is.
    tiff_directories  The directories of a TIFF file: tags and numbers, read within bounds whoever
                      made the file.
    camera_raw        Camera raw files: told from their content, and read by the largest preview
                      inside.
    misread           Sound files that Pillow refuses or shows wrongly: named, so that none is taken
                      for damaged.
    header            A picture's header, read by the decoder that claims the file; its name counts
                      for nothing.
"""
