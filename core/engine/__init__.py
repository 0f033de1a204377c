"""What computes answers: the local MLX model, or a remote endpoint, behind one interface.

Its modules in reading order:

    engine           The interface of every engine: one model at a time, one answer at a time,
                     events as facts.
    selected         The engine that a source asks for: the local one for files, the remote one for
                     an address.
    remote/          A model behind an OpenAI-compatible endpoint.
    limits           What a local model may take: pixels, memory and disk blocks.
    mlx_engine       The local engine: a model that mlx-vlm runs on this machine, on a thread of its
                     own.
    mlx_thread       The one thread that makes every MLX call: imports, loads, evaluates and frees.
    stop_signal      Asks work on the MLX thread to end between two of its steps.
    found_out        What is found out of models as they answer: kept for lists, and taken up when
                     one is loaded.
    model_slot       The one model in memory: loaded, switched, freed. Lives on the MLX thread.
    relay            Carries an answer's events from the engine's thread to the event loop, text in
                     bundles.
    mlx_vlm_names    Everything of mlx-vlm that the engine builds on: much of it is private or
                     undocumented.
    loading          Loads a checkpoint with mlx-vlm and checks that it can be run as it stands.
    resident         A loaded model with everything that belongs to it. Lives on the MLX thread.
    adapters/        LoRA adapters: read, compared with the loaded model, put on it and taken off
                     again.
    turn             One answer, from the messages to its last token. Runs on the MLX thread.
    continued        An answer that is continued: the tokens that it has already, and what must be
                     said once more.
    prompt           Turns messages into the tokens that the model sees, as its family writes and
                     places them.
    picture          A picture as it stands in a prompt: how large it is there, and which tokens are
                     its own.
    vision           Pictures of a prompt: read once, encoded once, known by their content.
    family/          Families of models: how each is called, behind one interface.
    prefill          Computes what a branch lacks of a prompt, in chunks. Runs on the MLX thread.
    reuse_points     Where a later prompt can still agree with one: there a model's states are
                     copied.
    picture_pace     How long pictures take a model on this machine: measured with each, told before
                     the next.
    prefill_pace     Sizes the chunks of prefill by how fast the last one was.
    inline_thoughts  Thoughts that stand in an answer's text, taken out where it begins with them.
    decoding/        What follows the prompt: tokens chosen one after the other, and the text that
                     they make up.
    work_memory      How much memory a chunk of prefill and a picture take while they are computed.
    prefill_ahead    Computes ahead what a turn will need, while its question is being typed. On the
                     MLX thread.
    drafts           What was computed ahead for questions that are still being typed.
    kv/              KV caches: branches in memory under a byte budget, and their spills on disk.
    turn_meter       Counts what a turn costs, for the figures that are stored with its answer.
    past_turns       Why something is computed again that an earlier turn had computed: what the
                     receipt says.
    memory           What the engine may hold: the machine's memory, wired memory, and failures for
                     want of it.
    memory_guard     Keeps a failure for want of memory from spoiling anything but the work that met
                     it.
"""
