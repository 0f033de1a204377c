"""What tests of the store put into it."""

from msgspec.structs import replace

from seeshell.core.conversation import Attachment, Message, TurnStats

CAT = Attachment("c" * 64, "cat.png", 640, 480, 320, 256, 80)
DOG = Attachment("d" * 64, "dog.png", 100, 100, 96, 96, 9)


def ended(answer: Message, text: str) -> Message:
    """The opened answer as it is once the model was done."""
    stats = TurnStats(prompt_tokens=7, generated_tokens=3)
    return replace(
        answer.with_text(text),
        finish_reason="stop",
        model="demo",
        model_source="demo",
        stats=stats,
    )
