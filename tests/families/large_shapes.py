"""The configurations of known models, as they are published, for checkpoints in true shapes."""

from typing import Any, NamedTuple

_CLIP = {"image_mean": [0.4815, 0.4578, 0.4082], "image_std": [0.2686, 0.2613, 0.2758]}


class Shape(NamedTuple):
    """What a checkpoint is made of."""

    bits: int
    """Of a weight of the language model; 0 for bfloat16."""
    config: dict[str, Any]
    words: int
    """Rows of the vocabulary."""
    image: str
    """What stands for a picture in the template."""
    specials: tuple[str, ...]
    """Tokens with a meaning; a field `*_token_id` or `*_index` of the config may name one."""
    processor: dict[str, Any]
    """preprocessor_config.json."""
    extras: dict[str, Any]
    """processor_config.json; none if empty."""

    def with_layers(self, count: int | None) -> "Shape":
        """Returns the shape with so many decoder layers; with all of them for None."""
        if count is None:
            return self
        fewer = {"num_hidden_layers": count}
        if "text_config" in self.config:
            fewer = {"text_config": self.config["text_config"] | fewer}
        return self._replace(config=self.config | fewer)


LLAVA_7B = Shape(
    bits=4,
    config={
        "architectures": ["LlavaForConditionalGeneration"],
        "model_type": "llava",
        "image_token_index": "<image>",
        "ignore_index": -100,
        "projector_hidden_act": "gelu",
        "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default",
        "text_config": {
            "model_type": "llama",
            "max_position_embeddings": 4096,
            "vocab_size": 32_064,
        },
        "vision_config": {
            "model_type": "clip_vision_model",
            "num_hidden_layers": 24,
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_attention_heads": 16,
            "image_size": 336,
            "patch_size": 14,
            "projection_dim": 768,
            "vocab_size": 32_000,
        },
    },
    words=32_064,
    image="<image>",
    specials=("<image>",),
    processor={
        "image_processor_type": "CLIPImageProcessor",
        "processor_class": "LlavaProcessor",
        "size": {"shortest_edge": 336},
        "crop_size": {"height": 336, "width": 336},
        **_CLIP,
    },
    extras={
        "image_token": "<image>",
        "num_additional_image_tokens": 1,
        "patch_size": 14,
        "processor_class": "LlavaProcessor",
        "vision_feature_select_strategy": "default",
    },
)

PHI_3_VISION = Shape(
    bits=4,
    config={
        "architectures": ["Phi3VForCausalLM"],
        "model_type": "phi3_v",
        "vocab_size": 32_064,
        "hidden_size": 3072,
        "num_hidden_layers": 32,
        "intermediate_size": 8192,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10_000.0,
        "max_position_embeddings": 131_072,
        "original_max_position_embeddings": 4096,
        "rope_scaling": {
            "type": "su",
            "short_factor": [1.0 + 0.01 * i for i in range(48)],
            "long_factor": [1.0 + 0.5 * i for i in range(48)],
        },
        "img_processor": {
            "image_dim_out": 1024,
            "model_name": "openai/clip-vit-large-patch14-336",
            "name": "clip_vision_model",
            "num_img_tokens": 144,
        },
    },
    words=32_064,
    image="<|image_1|>",
    specials=(),
    processor={
        "image_processor_type": "Phi3VImageProcessor",
        "processor_class": "Phi3VProcessor",
        "num_crops": 16,
        "num_img_tokens": 144,
        **_CLIP,
    },
    extras={},
)

_QWEN_TOKENS = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")

_QWEN_IDS = {
    "image_token_id": "<|image_pad|>",
    "video_token_id": "<|video_pad|>",
    "vision_start_token_id": "<|vision_start|>",
    "vision_end_token_id": "<|vision_end|>",
}

QWEN3_VL_4B = Shape(
    bits=4,
    config={
        "architectures": ["Qwen3VLForConditionalGeneration"],
        "model_type": "qwen3_vl",
        "tie_word_embeddings": True,
        **_QWEN_IDS,
        "text_config": {
            "model_type": "qwen3_vl_text",
            "vocab_size": 151_936,
            "hidden_size": 2560,
            "intermediate_size": 9728,
            "num_hidden_layers": 36,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "rms_norm_eps": 1e-6,
            "rope_theta": 5_000_000,
            "rope_scaling": {
                "rope_type": "default",
                "mrope_interleaved": True,
                "mrope_section": [24, 20, 20],
            },
            "max_position_embeddings": 262_144,
            "tie_word_embeddings": True,
        },
        "vision_config": {
            "model_type": "qwen3_vl",
            "depth": 24,
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_heads": 16,
            "in_channels": 3,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "num_position_embeddings": 2304,
            "deepstack_visual_indexes": [5, 11, 17],
            "out_hidden_size": 2560,
        },
    },
    words=151_936,
    image="<|vision_start|><|image_pad|><|vision_end|>",
    specials=_QWEN_TOKENS,
    processor={
        "image_processor_type": "Qwen2VLImageProcessorFast",
        "processor_class": "Qwen3VLProcessor",
        "size": {"longest_edge": 16_777_216, "shortest_edge": 65_536},
        "patch_size": 16,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    },
    extras={},
)

QWEN2_VL_2B = Shape(
    bits=0,
    config={
        "architectures": ["Qwen2VLForConditionalGeneration"],
        "model_type": "qwen2_vl",
        **_QWEN_IDS,
        "hidden_size": 1536,
        "num_hidden_layers": 28,
        "intermediate_size": 8960,
        "num_attention_heads": 12,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-6,
        "vocab_size": 151_936,
        "max_position_embeddings": 32_768,
        "rope_theta": 1_000_000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
        "tie_word_embeddings": True,
        "vision_config": {
            "model_type": "qwen2_vl",
            "depth": 32,
            "embed_dim": 1280,
            "hidden_size": 1536,
            "num_heads": 16,
            "mlp_ratio": 4,
            "in_channels": 3,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
    },
    words=151_936,
    image="<|vision_start|><|image_pad|><|vision_end|>",
    specials=_QWEN_TOKENS,
    processor={
        "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": "Qwen2VLProcessor",
        "min_pixels": 3136,
        "max_pixels": 12_845_056,
        "patch_size": 14,
        "temporal_patch_size": 2,
        "merge_size": 2,
        **_CLIP,
    },
    extras={},
)

GEMMA3_4B = Shape(
    bits=4,
    config={
        "architectures": ["Gemma3ForConditionalGeneration"],
        "model_type": "gemma3",
        "image_token_index": "<image_soft_token>",
        "boi_token_index": "<start_of_image>",
        "eoi_token_index": "<end_of_image>",
        "mm_tokens_per_image": 256,
        "text_config": {
            "model_type": "gemma3_text",
            "hidden_size": 2560,
            "intermediate_size": 10_240,
            "num_hidden_layers": 34,
            "sliding_window": 1024,
        },
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": 1152,
            "intermediate_size": 4304,
            "num_attention_heads": 16,
            "num_hidden_layers": 27,
            "image_size": 896,
            "patch_size": 14,
        },
    },
    words=262_208,
    image="<start_of_image>",
    specials=("<image_soft_token>", "<start_of_image>", "<end_of_image>"),
    processor={
        "image_processor_type": "Gemma3ImageProcessor",
        "processor_class": "Gemma3Processor",
        "size": {"height": 896, "width": 896},
        "image_seq_length": 256,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    },
    extras={"image_seq_length": 256, "processor_class": "Gemma3Processor"},
)

SHAPES = {
    "llava-1.5-7b-4bit": LLAVA_7B,
    "phi-3-vision-4bit": PHI_3_VISION,
    "qwen3-vl-4b-4bit": QWEN3_VL_4B,
    "qwen2-vl-2b-bf16": QWEN2_VL_2B,
    "gemma3-4b-4bit": GEMMA3_4B,
}
"""The first two are those that the project's owner names."""
