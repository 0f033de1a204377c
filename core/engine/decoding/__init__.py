"""What follows the prompt: tokens chosen one after the other, and the text that they make up.

`Decoder` is the front door: from the logits after a prompt it yields the answer's tokens.

Its modules in reading order:

    decoder        Computes an answer's tokens, the next ones while the last are told. Runs on the
                   MLX thread.
    chooser        Chooses an answer's tokens: what is asked for, else the checkpoint's defaults,
                   else mlx-vlm's.
    sampling       Scores tokens so that the best one is to be chosen: the likeliest, or one by
                   chance.
    logits_rules   What changes logits before a token is chosen from them.
    penalties      Repetition and presence penalties, computed by mlx-vlm's own logits processors.
    answer_text    Turns an answer's tokens into thoughts and text as they come, by mlx-vlm's own
                   detokenizers.
    schema         Answers that keep to a JSON schema: of each next token only those that the schema
                   allows.
    schema_end     The shortest way to end a document that has begun, so that a token limit leaves a
                   valid one.
    repeating      Has an answer begin with given words, in whatever tokens the model writes them.
    thinking       Where an answer's thoughts begin and end, told from its tokens, and a bound for
                   them.
    ahead          What is known of decoding ahead with a loaded model; outlives its answers.
    gain           How many tokens to compute in one pass: what passes have taken and what was
                   accepted decide.
    prompt_lookup  Finds in earlier text what may follow an answer's newest tokens: what followed
                   them before.
    proposer       Proposes what follows in an answer, copied from earlier text, as long as that
                   gains.
    row_check      Whether a pass of several rows gives the logits that each row gives alone, on
                   this device.
"""
