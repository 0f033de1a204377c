"""What can be loaded: found, downloaded, checked. Imports no MLX.

Its modules in reading order:

    sources             What can be loaded as files: the demo, a folder, a repository of the Hugging
                        Face hub.
    listing             Which models are here: the demo, folders, the Hugging Face cache, and the
                        endpoints by name.
    facts               Everything that a model's files tell about it, with what the core found out
                        as it ran it.
    endpoints           Which server a name or an address means, and which key may go to it.
    network             Through which proxy a client's environment sends a request, and which
                        certificates it trusts.
    progress            How far a model is on its way from its source into memory.
    hub/                Models of the Hugging Face hub: found in its cache without a network, else
                        downloaded.
    preflight           A model's folder, checked before anything heavy is loaded: what is wrong
                        comes as one sentence.
    families            Which families of models can be run: those whose prompts mlx-vlm can put
                        pictures into.
    config              A model's config.json, and in one sentence why it describes none that can be
                        run.
    config_defaults     What config.json leaves out: what transformers and mlx-vlm take then, read
                        from their source.
    language_config     The part of config.json on the language model: its shape, and how long its
                        context is.
    weights             The weight files of a folder: which there should be, and what their headers
                        say they hold.
    quantisation        How a model's weights are stored, in words: bits and groups, or the type of
                        their numbers.
    licence             Under which licence a model's files are, as the card beside them says.
    kv_size             What a model's KV cache takes, counted from the shapes of its weights and
                        its config.json.
    picture_size        How large a picture is to a model at most: its tokens, and what encoding it
                        takes for a moment.
    footprint           What a model takes in memory at a context, and which context and pixel
                        budget fit.
    backends            What MLX computes with: Metal on macOS, on Linux the one backend that an
                        extra installs.
    memory              What a model can have of this machine's memory.
    known_reuse         What the core found out about models as it ran them: their reuse, and what
                        they took.
    codeless            A model's folder as its loaders see it: without the program code that it
                        brings.
    adapters_here       Which LoRA adapters were trained here, and whether one has been trained
                        anew.
    side_program        Long work on a model in a program of its own, which tells how far it is and
                        can be ended.
    quantise            Quantises a model in a process of its own, into a folder that is there whole
                        or not at all.
    quantising_program  A program that quantises a model with mlx-vlm's own converter; neither core
                        nor app imports it.
    training_rows       Conversations as rows for training: what was asked, and the answer that is
                        to be learned.
    tune                Trains a LoRA adapter in a process of its own, into a folder that is whole
                        or not there.
    tuning_program      A program that trains a LoRA with mlx-vlm's own trainer; neither core nor
                        app imports it.
"""
