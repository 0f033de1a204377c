"""Kinds of picture files, the pages in them, and what Pillow alone can't read of them.

Its modules in reading order:

    kinds             What kind of file it is, told from its first bytes: a picture, or something
                      else with a name.
    spliced_file      Pieces of a file, and bytes between them, read as if they were one file.
    png_file          PNG files as Pillow can read them: without long texts, and Apple's own kind as
                      a usual one.
    jpeg_file         JPEG files whose last bytes are missing: read, and judged by how much of the
                      picture that is.
    mpo_file          JPEG files that hold several pictures (MPO): where each of them begins.
    tiff_directories  The directories of a TIFF file: tags and numbers, read within bounds whoever
                      made the file.
    camera_raw        Camera raw files: told from their content, and read by the largest preview
                      inside.
    misread           Sound files that Pillow refuses or shows wrongly: named, so that none is taken
                      for damaged.
    gif_frames        How many frames a GIF has, counted without decoding any, and within bounds
                      whoever made it.
    pdf_file          PDF files: pages drawn by pdfium on white, at the size of a scan that can be
                      read.
    video_file        Videos: frames taken evenly from one, decoded by OpenCV, which mlx-vlm brings.
    pages             Pages and frames of a file: how many there are, and which of them Pillow is to
                      show.
    header            A picture's header, read by the decoder that claims the file; its name counts
                      for nothing.
"""
