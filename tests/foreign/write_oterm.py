"""Has the installed oterm write its database: run by a Python that has oterm, with a folder.

    python write_oterm.py FOLDER

Chats and messages go through oterm's own store, with pictures as its chat stores them.
"""

import asyncio
import base64
import io
import os
import sys


async def write() -> None:
    from oterm.store.store import Store
    from oterm.types import ChatModel, MessageModel
    from PIL import Image

    def picture(colour: str) -> str:
        buffer = io.BytesIO()
        Image.new("RGB", (40, 24), colour).save(buffer, "PNG")
        return base64.b64encode(buffer.getvalue()).decode()

    async def say(chat: int, role: str, text: str, *images: str) -> None:
        message = MessageModel(chat_id=chat, role=role, text=text, images=list(images))
        await store.save_message(message)

    store = await Store.get_store()
    chat = await store.save_chat(ChatModel(name="Two pictures", model="llava:7b"))
    await say(chat, "user", "What is on these?", picture("red"), picture("blue"))
    await say(chat, "assistant", "A red and a blue area.")
    await say(chat, "user", "Compare [Image #1] with a smaller one", picture("green"))
    await say(chat, "assistant", "It is green. 日本語")
    chat = await store.save_chat(
        ChatModel(name="Drawn", model="gemini", provider="google", system="Be brief.")
    )
    await say(chat, "user", "Draw something")
    await say(chat, "assistant", "Here it is:", picture("yellow"))
    await store.save_chat(ChatModel(name="Nothing yet", model="llama3"))


if __name__ == "__main__":
    os.environ["OTERM_DATA_DIR"] = sys.argv[1]
    asyncio.run(write())
