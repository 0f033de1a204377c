"""The shapes of small checkpoints, one of each family that is shown to work, by `model_type`."""

from collections.abc import Callable
from typing import Any

from .writing import Shape, Tokens, chat_template

_HALF = [0.5, 0.5, 0.5]
_NORM = {"image_mean": _HALF, "image_std": _HALF, "do_normalize": True}
_SCALE = {"do_rescale": True, "rescale_factor": 1 / 255, "do_resize": True}
_QWEN_IMAGE = "'<|vision_start|><|image_pad|><|vision_end|>'"
_QWEN_TOKENS = ("<|im_start|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
                "<|video_pad|>")  # fmt: skip


def text_half(kind: str, tokens: Tokens, **more: Any) -> dict[str, Any]:
    """The config of a small decoder."""
    return {
        "model_type": kind,
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "intermediate_size": 128,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-5,
        "vocab_size": tokens.rows,
        "max_position_embeddings": 8192,
    } | more


def vision_half(kind: str, **more: Any) -> dict[str, Any]:
    """The config of a small vision tower."""
    return {
        "model_type": kind,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "intermediate_size": 64,
        "num_attention_heads": 2,
        "patch_size": 14,
        "image_size": 56,
        "num_channels": 3,
    } | more


def qwen2(kind: str) -> Shape:
    tokens = Tokens(_QWEN_TOKENS)
    ids = tokens.ids
    vision = {
        "model_type": kind,
        "depth": 2,
        "num_heads": 2,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "in_channels": 3,
    }
    if kind == "qwen2_vl":
        vision |= {"embed_dim": 32, "hidden_size": 64, "mlp_ratio": 2, "image_size": 56}
    else:
        vision |= {"hidden_size": 32, "intermediate_size": 64, "out_hidden_size": 64,
                   "window_size": 56, "fullatt_block_indexes": [1]}  # fmt: skip
    rope = {"type": "mrope", "mrope_section": [2, 3, 3]}
    text = text_half(kind, tokens, rope_scaling=rope, rope_theta=1e6, tie_word_embeddings=True)
    config = text | _qwen_ids(ids) | {"model_type": kind, "vision_config": vision}
    processor = {
        "image_processor_type": "Qwen2VLImageProcessor",
        "min_pixels": 28 * 28,
        "max_pixels": 28 * 28 * 64,
        "patch_size": 14,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "processor_class": "Qwen2_5_VLProcessor",
    } | _NORM
    return Shape(tokens, chat_template(_QWEN_IMAGE), config, {"preprocessor_config": processor})


def qwen3_5(kind: str) -> Shape:
    tokens = Tokens((*_QWEN_TOKENS, "<think>", "</think>"))
    text = text_half(
        "qwen3_5_text",
        tokens,
        num_hidden_layers=4,
        linear_num_value_heads=4,
        linear_num_key_heads=2,
        linear_key_head_dim=16,
        linear_value_head_dim=16,
        linear_conv_kernel_dim=4,
        head_dim=32,
        tie_word_embeddings=True,
        full_attention_interval=4,
        rope_parameters={
            "type": "default",
            "mrope_section": [2, 1, 1],
            "rope_theta": 100000,
            "partial_rotary_factor": 0.25,
            "mrope_interleaved": True,
        },
    )
    vision = {
        "model_type": kind,
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "out_hidden_size": 64,
        "num_heads": 2,
        "patch_size": 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "num_position_embeddings": 36,
        "in_channels": 3,
        "deepstack_visual_indexes": [],
    }
    config = _qwen_ids(tokens.ids) | {
        "model_type": kind,
        "vocab_size": tokens.rows,
        "text_config": text,
        "vision_config": vision,
    }
    processor = {
        "size": {"longest_edge": 65536, "shortest_edge": 1024},
        "patch_size": 16,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "processor_class": "Qwen3VLProcessor",
        "image_processor_type": "Qwen2VLImageProcessorFast",
    } | _NORM
    # History does not repeat that nothing was thought.
    template = chat_template(_QWEN_IMAGE, answer="<think>\\n\\n</think>\\n\\n")
    return Shape(tokens, template, config, {"preprocessor_config": processor})


def _qwen_ids(ids: dict[str, int]) -> dict[str, Any]:
    return {
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
        "vision_token_id": ids["<|vision_start|>"],
        "eos_token_id": ids["<|im_end|>"],
    }


def llava(kind: str) -> Shape:
    named = {"image_token": "<image>"}
    tokens = Tokens(("<|im_start|>", "<image>"), begin="<s>", adds_begin=True, named=named)
    pinpoints = {"image_grid_pinpoints": [[56, 112], [112, 56], [112, 112]]}
    config = {
        "model_type": kind,
        "image_token_index": tokens.ids["<image>"],
        "ignore_index": -100,
        "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default",
        "vocab_size": tokens.rows,
        "eos_token_id": tokens.ids["<|im_end|>"],
        "pad_token_id": tokens.ids["<|pad|>"],
        "text_config": text_half("llama", tokens, max_position_embeddings=4096),
        "vision_config": vision_half("clip_vision_model", projection_dim=32),
    } | (pinpoints if kind == "llava_next" else {})
    name = "Clip" if kind == "llava" else "LlavaNext"
    processor_class = "LlavaProcessor" if kind == "llava" else "LlavaNextProcessor"
    image_processor = (
        {
            "image_processor_type": f"{name.replace('Clip', 'CLIP')}ImageProcessor",
            "size": {"shortest_edge": 56},
            "do_center_crop": True,
            "crop_size": {"height": 56, "width": 56},
            "do_convert_rgb": True,
            "resample": 3,
            "processor_class": processor_class,
        }
        | _NORM
        | _SCALE
    )
    files = {
        "preprocessor_config": image_processor | (pinpoints if kind == "llava_next" else {}),
        "processor_config": named
        | {
            "num_additional_image_tokens": 1,
            "patch_size": 14,
            "processor_class": processor_class,
            "vision_feature_select_strategy": "default",
        },
    }
    return Shape(tokens, chat_template("'<image>'"), config, files)


def phi3_v(kind: str) -> Shape:
    """Phi-3-vision, whose tower `small_phi3_tower` makes small."""
    tokens = Tokens(
        ("<|user|>", "<|assistant|>", "<|system|>"), end="<|end|>", begin="<s>", adds_begin=True
    )
    # History does not merge what follows a picture, which the processor tokenises by itself.
    template = (
        chat_template("'<|image_' ~ n.i ~ '|>\\n'", start="<|", end="<|end|>")
        .replace("m.role + '\\n'", "m.role + '|>\\n'")
        .replace("<|assistant\\n", "<|assistant|>\\n")
    )
    half = 64 // 4 // 2
    config = text_half("phi3_v", tokens, num_key_value_heads=4) | {
        "max_position_embeddings": 131072,
        "original_max_position_embeddings": 900,
        "rope_theta": 10000.0,
        "eos_token_id": tokens.ids["<|end|>"],
        "pad_token_id": tokens.ids["<|pad|>"],
        "rope_scaling": {
            "type": "su",
            "short_factor": [1.0 + 0.05 * index for index in range(half)],
            "long_factor": [1.0 + 2.0 * index for index in range(half)],
        },
        "img_processor": {
            "image_dim_out": 1024,
            "model_name": "openai/clip-vit-large-patch14-336",
            "name": "clip_vision_model",
            "num_img_tokens": 144,
        },
    }
    processor = {
        "image_processor_type": "Phi3VImageProcessor",
        "num_crops": 1,
        "num_img_tokens": 144,
        "processor_class": "Phi3VProcessor",
    } | _NORM
    return Shape(tokens, template, config, {"preprocessor_config": processor})


def gemma3(kind: str) -> Shape:
    named = {
        "image_token": "<image_soft_token>",
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
    }
    tokens = Tokens(
        ("<start_of_turn>", *named.values()), end="<end_of_turn>", begin="<bos>", named=named
    )
    ids = tokens.ids
    text = text_half(
        "gemma3_text",
        tokens,
        num_hidden_layers=3,
        head_dim=16,
        sliding_window=32,
        sliding_window_pattern=3,
        query_pre_attn_scalar=16,
        mm_tokens_per_image=4,
    )
    config = {
        "model_type": kind,
        "image_token_index": ids["<image_soft_token>"],
        "boi_token_index": ids["<start_of_image>"],
        "eoi_token_index": ids["<end_of_image>"],
        "mm_tokens_per_image": 4,
        "vocab_size": tokens.rows,
        "hidden_size": 64,
        "pad_token_id": ids["<|pad|>"],
        "eos_token_id": [ids["<end_of_turn>"]],
        "text_config": text,
        "vision_config": vision_half("siglip_vision_model"),
    }
    image_processor = (
        {
            "image_processor_type": "Gemma3ImageProcessor",
            "size": {"height": 56, "width": 56},
            "resample": 2,
            "do_pan_and_scan": None,
            "image_seq_length": 4,
            "processor_class": "Gemma3Processor",
        }
        | _NORM
        | _SCALE
    )
    template = chat_template(
        "'<start_of_image>'", start="<start_of_turn>", end="<end_of_turn>", begin="<bos>"
    )
    processor = {"image_seq_length": 4, "processor_class": "Gemma3Processor"}
    files = {"preprocessor_config": image_processor, "processor_config": processor}
    return Shape(tokens, template, config, files)


def gemma4(kind: str, *, sees_ahead: bool = False) -> Shape:
    named = {
        "image_token": "<|image|>",
        "boi_token": "<|image>",
        "eoi_token": "<image|>",
        "audio_token": "<|audio|>",
        "boa_token": "<|audio>",
        "eoa_token": "<audio|>",
    }
    tokens = Tokens(
        ("<|turn>", *named.values(), "<|video|>"), end="<turn|>", begin="<bos>", named=named
    )
    ids = tokens.ids
    text = text_half(
        "gemma4_text",
        tokens,
        num_hidden_layers=6,
        head_dim=16,
        global_head_dim=16,
        num_key_value_heads=1,
        vocab_size_per_layer_input=tokens.rows,
        sliding_window=32,
        sliding_window_pattern=3,
        final_logit_softcapping=30.0,
        pad_token_id=ids["<|pad|>"],
        use_double_wide_mlp=False,
        hidden_size_per_layer_input=0 if sees_ahead else 8,
        num_kv_shared_layers=0 if sees_ahead else 2,
    )
    if sees_ahead:
        text["use_bidirectional_attention"] = "vision"
    config = {
        "model_type": kind,
        "image_token_id": ids["<|image|>"],
        "audio_token_id": ids["<|audio|>"],
        "video_token_id": ids["<|video|>"],
        "boi_token_id": ids["<|image>"],
        "eoi_token_id": ids["<image|>"],
        "vocab_size": tokens.rows,
        "hidden_size": 64,
        "pad_token_id": ids["<|pad|>"],
        "eos_token_id": [ids["<turn|>"]],
        "vision_soft_tokens_per_image": 8,
        "audio_config": None,
        "text_config": text,
        "vision_config": vision_half(
            "gemma4_vision",
            num_key_value_heads=2,
            head_dim=16,
            global_head_dim=16,
            default_output_length=8,
            patch_size=16,
            position_embedding_size=1024,
            pooling_kernel_size=3,
        ),
    }
    image_processor = {
        "image_processor_type": "Gemma4ImageProcessor",
        "patch_size": 16,
        "max_soft_tokens": 8,
        "pooling_kernel_size": 3,
    }
    processor = {"processor_class": "Gemma4Processor", "image_processor": image_processor}
    template = chat_template("'<|image|>'", start="<|turn>", end="<turn|>", begin="<bos>")
    return Shape(tokens, template, config, {"processor_config": processor})


def pixtral(kind: str) -> Shape:
    tokens = Tokens(
        ("[INST]", "[/INST]", "[IMG]", "[IMG_BREAK]", "[IMG_END]"),
        end="</s>",
        begin="<s>",
        adds_begin=True,
    )
    merge = {"spatial_merge_size": 2} if kind == "mistral3" else {}
    config = {
        "model_type": kind,
        "image_token_index": tokens.ids["[IMG]"],
        "vision_feature_layer": -1,
        "vocab_size": tokens.rows,
        "eos_token_id": tokens.ids["</s>"],
        "multimodal_projector_bias": False,
        "text_config": text_half("mistral", tokens, head_dim=16, rope_theta=1e6),
        "vision_config": vision_half("pixtral", head_dim=16, image_size=112, rope_theta=10000.0),
    } | merge
    image_processor = {
        "image_processor_type": "PixtralImageProcessor",
        "size": {"longest_edge": 112},
        "patch_size": 14,
        "processor_class": "PixtralProcessor",
    } | _NORM
    processor = {
        "patch_size": 14,
        "image_token": "[IMG]",
        "image_break_token": "[IMG_BREAK]",
        "image_end_token": "[IMG_END]",
        "processor_class": "PixtralProcessor",
    } | merge
    template = chat_template("'[IMG]'", start="[INST]", end="[/INST]")
    files = {"preprocessor_config": image_processor, "processor_config": processor}
    return Shape(tokens, template, config, files)


def idefics3(kind: str) -> Shape:
    places = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    special = ("<image>", "<fake_token_around_image>", "<global-img>", *places)
    tokens = Tokens(special, end="<end_of_utterance>", begin="<|im_start|>")
    tower = kind if kind == "idefics3" else "smolvlm_vision"
    config = {
        "model_type": kind,
        "image_token_id": tokens.ids["<image>"],
        "scale_factor": 2,
        "vocab_size": tokens.rows + 64,
        "eos_token_id": tokens.ids["<end_of_utterance>"],
        "tie_word_embeddings": False,
        "text_config": text_half("llama", tokens, vocab_size=tokens.rows + 64, rope_theta=1e4),
        "vision_config": vision_half(tower),
    }
    name = "Idefics3" if kind == "idefics3" else "SmolVLM"
    image_processor = (
        {
            "image_processor_type": f"{name}ImageProcessor",
            "size": {"longest_edge": 112},
            "max_image_size": {"longest_edge": 56},
            "do_image_splitting": True,
            "do_convert_rgb": True,
            "do_pad": True,
            "resample": 1,
            "processor_class": f"{name}Processor",
        }
        | _NORM
        | _SCALE
    )
    files = {
        "preprocessor_config": image_processor,
        "processor_config": {"image_seq_len": 4, "processor_class": f"{name}Processor"},
    }
    return Shape(tokens, chat_template("'<image>'", end="<end_of_utterance>"), config, files)


def internvl_chat(kind: str) -> Shape:
    tokens = Tokens(("<|im_start|>", "<img>", "</img>", "<IMG_CONTEXT>"))
    config = {
        "model_type": kind,
        "image_token_index": tokens.ids["<IMG_CONTEXT>"],
        "video_token_index": tokens.rows - 1,
        "vocab_size": tokens.rows,
        "downsample_ratio": 0.5,
        "force_image_size": 56,
        "max_dynamic_patch": 2,
        "eos_token_id": tokens.ids["<|im_end|>"],
        "llm_config": text_half("qwen2", tokens, tie_word_embeddings=True),
        "vision_config": vision_half("intern_vit_6b"),
    }
    processor = {"crop_size": 56, "size": 56} | _NORM
    return Shape(tokens, chat_template("'<image>\\n'"), config, {"preprocessor_config": processor})


def lfm2_vl(kind: str) -> Shape:
    named = {
        "image_token": "<image>",
        "image_start_token": "<|image_start|>",
        "image_end_token": "<|image_end|>",
        "image_thumbnail": "<|img_thumbnail|>",
    }
    places = [f"<|img_row_{row}_col_{column}|>" for row in range(1, 4) for column in range(1, 4)]
    special = ("<|im_start|>", *named.values(), *places)
    tokens = Tokens(special, begin="<|startoftext|>", named=named)
    text = text_half(
        "lfm2",
        tokens,
        num_hidden_layers=4,
        block_ff_dim=128,
        block_auto_adjust_ff_dim=False,
        block_dim=64,
        conv_dim=64,
        conv_dim_out=64,
        num_heads=4,
        conv_L_cache=3,
        layer_types=["conv", "full_attention"] * 2,
        tie_word_embeddings=True,
    )
    vision = vision_half(
        "siglip2_vision_model",
        patch_size=16,
        num_patches=256,
        image_size=256,
        vision_use_head=False,
    )
    tokens_of_picture = {"max_image_tokens": 64, "min_image_tokens": 1, "downsample_factor": 2}
    config = {
        "model_type": kind,
        "image_token_id": tokens.ids["<image>"],
        "do_image_splitting": False,
        "projector_hidden_size": 64,
        "projector_use_layernorm": True,
        "eos_token_id": tokens.ids["<|im_end|>"],
        "tile_size": 128,
        "text_config": text,
        "vision_config": vision,
    } | tokens_of_picture
    image_processor = (
        {
            "image_processor_type": "Lfm2VlImageProcessorFast",
            "do_image_splitting": False,
            "encoder_patch_size": 16,
            "max_num_patches": 256,
            "tile_size": 128,
            "min_tiles": 2,
            "max_tiles": 4,
            "use_thumbnail": False,
            "do_pad": True,
            "return_row_col_info": True,
            "processor_class": "Lfm2VlProcessor",
        }
        | tokens_of_picture
        | _NORM
        | _SCALE
    )
    files = {
        "preprocessor_config": image_processor,
        "processor_config": {
            "processor_class": "Lfm2VlProcessor",
            "image_processor": image_processor,
        },
    }
    return Shape(tokens, chat_template("'<image>'", begin="<|startoftext|>"), config, files)


def paligemma(kind: str) -> Shape:
    """PaliGemma, which has no chat template; its processor adds 1,152 tokens by itself."""
    tokens = Tokens(("<image>",), end="<eos>", begin="<bos>", adds_begin=True)
    rows = tokens.rows + 1152
    text = text_half(
        "gemma",
        tokens,
        num_key_value_heads=1,
        head_dim=16,
        vocab_size=rows,
        num_image_tokens=16,
    )
    config = {
        "model_type": kind,
        "image_token_index": tokens.ids["<image>"],
        "vocab_size": rows,
        "hidden_size": 64,
        "pad_token_id": tokens.ids["<|pad|>"],
        "eos_token_id": tokens.ids["<eos>"],
        "projection_dim": 64,
        "text_config": text,
        "vision_config": vision_half("siglip_vision_model", projection_dim=64),
    }
    processor = (
        {
            "image_processor_type": "SiglipImageProcessor",
            "size": {"height": 56, "width": 56},
            "resample": 3,
            "image_seq_length": 16,
            "processor_class": "PaliGemmaProcessor",
        }
        | _NORM
        | _SCALE
    )
    return Shape(tokens, "", config, {"preprocessor_config": processor})


SHAPES: dict[str, Callable[[], Shape]] = {
    "gemma3": lambda: gemma3("gemma3"),
    "gemma4": lambda: gemma4("gemma4"),
    "gemma4 seeing ahead": lambda: gemma4("gemma4", sees_ahead=True),
    "idefics3": lambda: idefics3("idefics3"),
    "internvl_chat": lambda: internvl_chat("internvl_chat"),
    "lfm2_vl": lambda: lfm2_vl("lfm2_vl"),
    "llava": lambda: llava("llava"),
    "llava_next": lambda: llava("llava_next"),
    "mistral3": lambda: pixtral("mistral3"),
    "paligemma": lambda: paligemma("paligemma"),
    "phi3_v": lambda: phi3_v("phi3_v"),
    "pixtral": lambda: pixtral("pixtral"),
    "qwen2_5_vl": lambda: qwen2("qwen2_5_vl"),
    "qwen2_vl": lambda: qwen2("qwen2_vl"),
    "qwen3_5": lambda: qwen3_5("qwen3_5"),
    "smolvlm": lambda: idefics3("smolvlm"),
}
"""How each is made, by its name in tests."""


def shrink_phi3_tower(set_attribute: Callable[[Any, str, Any], None]) -> None:
    """Makes the tower of Phi-3-vision small: its shape is a constant, whatever the config says.

    Args:
        set_attribute: sets one for as long as it is wanted.
    """
    from mlx_vlm.models.phi3_v.vision import VisionModel

    tower = VisionModel.CLIP_VIT_LARGE_PATCH14_336_CONFIG
    set_attribute(tower, "num_hidden_layers", 1)
    set_attribute(tower, "intermediate_size", 64)
