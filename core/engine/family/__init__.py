"""Families of models: how each is called, behind one interface.

Its modules in reading order:

    family           What the engine asks of a model: the one interface between it and the families
                     of mlx-vlm.
    opening          Finds how a loaded checkpoint is to be called.
    template         Writes a conversation as the text of a prompt, pictures as the marks that the
                     model knows.
    marks            Finds how pictures are marked in the prompts of a checkpoint, and by which
                     template.
    masks            Keeps what users type from acting as a token of the template.
    placing          Turns the text of a prompt into tokens, as many for each picture as the picture
                     takes.
    segments         Places pictures by the processor itself, for those that tokenise a prompt piece
                     by piece.
    marked_pictures  Which tokens pictures take, as the processor itself says of blank ones of their
                     size.
    grid             Pictures as grids of image tokens, sized by the arithmetic of Qwen's image
                     processors.
    positions        Rotary positions of a prompt with pictures, in three dimensions: time, row and
                     column.
    processing       What a checkpoint's processor makes of texts and pictures, and which tokens are
                     a picture's.
    generic          Any family, called through the contract that all of mlx-vlm's share.
    reuse_rules      What of a prompt's KV a family can use again: found out by trying, not by its
                     name.
    qwen3_vl         Qwen3-VL, its two halves called by themselves: faster than through mlx-vlm's
                     common contract.
    vision_tower     The vision tower, its activations written out where MLX does not fuse them.
"""
