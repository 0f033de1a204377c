"""KV caches: branches in memory under a byte budget, and their spills on disk.

Its modules in reading order:

    prefix         What of a prompt a KV cache already holds: pure functions over token ids and
                   image spans.
    layers         The KV of one decoder layer that can be cut to any of its tokens: its arrays and
                   their room.
    windowed       KV of layers that attend to a sliding window, kept whole: it can be cut back to
                   any length.
    layout         How a model's KV caches lie in memory: which of them can be cut to any token, and
                   what they take.
    snapshot       States of caches that can't be cut back: copied where a later prompt may have to
                   go on from.
    branch         The KV of one run of tokens, and how branches that begin alike hold the beginning
                   once.
    measuring      Finds out what kinds of caches a model has, by computing a few tokens on them.
    sharing        What branches have in common: which one a prompt goes on from, and who holds the
                   beginning.
    held           Branches in memory, the one that is computed on among them, and what all of them
                   take.
    pool           KV caches that stay resident: several conversations and branches under one byte
                   budget.
    spill          Writes KV caches to disk and brings them back. Runs on the MLX thread.
    spill_block    Blocks of spilled KV: which tokens they hold, of which model, and how they match
                   a prompt.
    manifest_file  Manifests of spilled blocks as files: written whole or not at all, and read with
                   suspicion.
    spill_folder   The folder of spilled KV caches: what lies there, how much of it, and whose it
                   is.
    tensor_file    Files of tensors, read straight to where the numbers shall lie.
    state_file     Files of states: a snapshot's arrays, and how they make up what the caches give
                   out.
"""
