"""What can be loaded: found, downloaded, checked. Imports no MLX.

Its modules in reading order:

    sources    What can be loaded as files: the demo, a folder, a repository of the Hugging Face
               hub.
    endpoints  Which server a name or an address means, and which key may go to it.
    network    Through which proxy a client's environment sends a request, and which certificates it
               trusts.
    progress   How far a model is on its way from its source into memory.
    hub/       Models of the Hugging Face hub: found in its cache without a network, else
               downloaded.
    preflight  A model's folder, checked before anything heavy is loaded: what is wrong comes as one
               sentence.
    families   Which families of models can be run: those whose prompts mlx-vlm can put pictures
               into.
    config     A model's config.json, and in one sentence why it describes none that can be run.
    weights    The weight files of a folder: which there should be, and what their headers say they
               hold.
    memory     What a model can have of this machine's memory.
    codeless   A model's folder as its loaders see it: without the program code that it brings.
"""
