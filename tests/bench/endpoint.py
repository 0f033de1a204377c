"""An OpenAI-compatible endpoint that streams the fixed answer at a fixed rate.

Runs as a process of its own, so that it shares no interpreter with what is measured. Prints its
port, then one line of JSON for each answer: when each token was sent, by the clock that all
processes of a machine share. A model named `bench-60` gives 60 tokens a second.
"""

import asyncio
import json
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping

from .answer import make_tokens

_TOKENS = make_tokens()
_MODELS = ("bench-60", "bench-250")


async def serve() -> None:
    """Serves until the process is ended."""
    server = await asyncio.start_server(_answer_connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def _answer_connection(reader: StreamReader, writer: StreamWriter) -> None:
    try:
        while request := await reader.readline():
            method, path, _ = request.decode().split()
            length = 0
            while (header := await reader.readline()).strip():
                name, _, value = header.decode().partition(":")
                if name.lower() == "content-length":
                    length = int(value)
            body = await reader.readexactly(length)
            if method == "POST" and path.endswith("/chat/completions"):
                await _stream(json.loads(body), writer)
                break
            await _send_json({"object": "list", "data": [{"id": name} for name in _MODELS]}, writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass  # the client stopped the answer
    finally:
        writer.close()


async def _stream(body: Mapping[str, object], writer: StreamWriter) -> None:
    model = str(body["model"])
    interval = 1 / float(model.removeprefix("bench-"))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    start, times = time.monotonic(), []
    for number, token in enumerate(_TOKENS):
        await asyncio.sleep(max(0.0, start + number * interval - time.monotonic()))
        times.append(time.monotonic())
        _write_event(writer, model, {"content": token})
        await writer.drain()
    print(json.dumps(times), flush=True)
    usage = {"prompt_tokens": 20, "completion_tokens": len(times), "total_tokens": 20 + len(times)}
    _write_event(writer, model, {}, finish_reason="stop")
    writer.write(b"data: " + json.dumps(_chunk(model, [], usage)).encode() + b"\n\n")
    writer.write(b"data: [DONE]\n\n")
    await writer.drain()


def _write_event(
    writer: StreamWriter, model: str, delta: object, finish_reason: str | None = None
) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    writer.write(b"data: " + json.dumps(_chunk(model, [choice])).encode() + b"\n\n")


def _chunk(model: str, choices: list[object], usage: object = None) -> dict[str, object]:
    return {
        "id": "bench",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
        "choices": choices,
        "usage": usage,
    }


async def _send_json(document: object, writer: StreamWriter) -> None:
    body = json.dumps(document).encode()
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await writer.drain()


if __name__ == "__main__":
    asyncio.run(serve())
