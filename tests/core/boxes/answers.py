"""Answers with boxes and points as models of several families write them."""

from typing import Final

FENCED: Final = """\
```json
[
\t{"bbox_2d": [102, 40, 388, 510], "label": "two lemons"},
\t{"label": "a \\"}], sign", "bbox_2d": [0, 0, 1000, 999]},
\t{"point_2d": [7, 9], "label": "stalk"},
]
```"""

OBJECT: Final = '{"bbox_2d": [340, 120, 560, 470], "label": "green star"}'

PYTHON: Final = """Here it is: [{'bbox_2d': [[1, 2, 3, 4], [5, 6, 7, 8]], 'label': 'it's'}]"""

GEMMA: Final = '[{"box_2d": [40, 102, 510, 388], "label": "lemons"}]'

QWEN2: Final = (
    "The <|object_ref_start|>two lemons<|object_ref_end|><|box_start|>(102,40),(388,510)<|box_end|>"
    "<|box_start|>(5,6),(70,80)<|box_end|> lie left of <|object_ref_start|>a leaf"
    "<|object_ref_end|><|box_start|>(7,9)<|box_end|>."
)

INTERN: Final = "<ref>lemons</ref><box>[[102, 40, 388, 510], [1, 2, 30, 40]]</box>"

DEEPSEEK: Final = "<|ref|>lemons<|/ref|><|det|>[[102, 40, 388, 510]]<|/det|>"

PALIGEMMA: Final = (
    "<loc0041><loc0104><loc0522><loc0397> lemons ; <loc0001><loc0002><loc0030><loc0040> leaf"
)

FLORENCE: Final = (
    "</s><s>lemons<loc_102><loc_40><loc_388><loc_510><loc_1><loc_2><loc_30><loc_40>"
    "leaf<loc_5><loc_6><loc_70><loc_80></s>"
)

MOLMO: Final = (
    'Counting the <points x1="10.2" y1="4.0" x2="50" y2="61.5" alt="lemons">lemons</points> shows '
    'a total of 2, one at <point x="63.5" y="44.2" alt="leaf">leaf</point>.'
)

ALL: Final = (
    FENCED,
    OBJECT,
    PYTHON,
    GEMMA,
    QWEN2,
    INTERN,
    DEEPSEEK,
    PALIGEMMA,
    FLORENCE,
    MOLMO,
    f"In picture 1: {OBJECT}\nIn picture 2: {QWEN2}",
)
