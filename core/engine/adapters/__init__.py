"""LoRA adapters: read, compared with the loaded model, put on it and taken off again.

Its modules in reading order:

    low_rank     What an adapter adds to one layer.
    lora_folder  A folder with a LoRA adapter, read and checked as far as that can be done without
                 its model.
    mlx_format   Adapters as mlx-vlm and mlx-lm write them: layers by the names that they have in
                 MLX.
    peft_format  Adapters as PEFT writes them: layers by the names of PyTorch, and matrices the
                 other way up.
    torch_names  What a layer is called in MLX that PyTorch calls otherwise, as mlx-vlm renames
                 weights.
    lora         A LoRA adapter that fits a loaded model: put on it and taken off again, the base
                 untouched.
"""
