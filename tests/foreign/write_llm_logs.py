"""Has the installed `llm` write its logs: run by a Python that has llm, with a folder to write to.

    python write_llm_logs.py FOLDER [--continue]

Questions go through llm's own command line to a model of this file, which repeats what it is asked.
What was asked and answered is printed as JSON, as llm's own API tells it afterwards.
"""

# ruff: noqa: ANN001, ANN202, ARG002, RUF012 - llm says what these are

import io
import os
import sys
from pathlib import Path


def main() -> None:
    folder, continues = Path(sys.argv[1]), "--continue" in sys.argv
    os.environ["LLM_USER_PATH"] = str(folder)
    import llm
    from llm.cli import cli
    from llm.plugins import load_plugins, pm
    from PIL import Image

    class Echo(llm.Model):
        model_id = "echo"
        can_stream = False
        attachment_types = {"image/png", "image/jpeg"}

        def execute(self, prompt, stream, response, conversation):
            yield f"You said {prompt.prompt!r} with {len(prompt.attachments)} pictures."

    class Plugin:
        __name__ = "EchoPlugin"

        @llm.hookimpl
        def register_models(self, register):
            register(Echo())

    load_plugins()
    pm.register(Plugin())

    def ask(*arguments: str, given: bytes = b"") -> None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(given))
        sys.stdout = io.StringIO()
        try:
            cli(["prompt", "-m", "echo", *arguments], standalone_mode=False)
        finally:
            sys.stdout = sys.__stdout__

    for name, colour in (("red.png", "red"), ("blue.jpg", "blue"), ("by hand.png", "green")):
        if not (folder / name).exists():
            Image.new("RGB", (48, 32), colour).save(folder / name)
    if not continues:
        ask("What is this?", "-a", str(folder / "red.png"))
        ask("-c", "And these two?", "-a", str(folder / "blue.jpg"), "-a", str(folder / "red.png"))
        ask("-c", "Thanks, 日本語 too")
        ask("A second conversation", "-s", "Answer briefly.")
        (folder / "notes.txt").write_text("A longer text of a file.")
        ask("Read it", "-f", str(folder / "notes.txt"))
        # From standard input llm keeps the bytes, and of files the path alone.
        ask("In the database", "-a", "-", given=(folder / "by hand.png").read_bytes())
    else:
        ask("-c", "Go on with the last one")
        ask("Quite new")


if __name__ == "__main__":
    main()
