"""What computes answers: the local MLX model, or a remote endpoint, behind one interface.

Its modules in reading order; those from `resident` on belong to the MLX thread:

    engine, selected                          the interface, and which engine a source asks for
    remote, chat_server, picture_urls         a model behind an OpenAI-compatible endpoint
    mlx_engine, mlx_thread, relay             the local model: its thread, and events from there
    prefix, positions                         pure: what of a prompt is held, and where it stands
    resident, loading                         a loaded model with all that belongs to it
    prompt, vision, vision_tower              messages as tokens, pictures as features
    turn, prefill, language, sampling         one answer, from its messages to its last token
    preparation, drafts                       what is computed while a question is typed
    kv_cache, branch, kv_layout               branches in memory under a byte budget
    spill, spill_block, spill_folder          branches on disk, in blocks
    tensor_file                               a block's numbers, from memory to a file and back
    receipt, past                             what an answer cost, and why anything was done again
    memory, memory_guard                      how much there is, and what happens when it runs out
"""
