"""An OpenAI-compatible server over HTTP: its models, its streamed answers, its errors in words."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import msgspec
from msgspec import Struct

from ...errors import EndpointError, PromptRefused, PromptTooLong, TurnError

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=10.0, read=600.0)
"""Seconds. The first token of a long prompt may take minutes on a small machine."""

_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")

_LONGEST_LINE: Final = 2**20
"""Bytes of one line of a stream; more is no answer."""

_CONTEXT_WORDS: Final = ("context_length", "context length", "context window", "maximum context")
"""How servers say that a prompt is too long."""

_REFUSED_STATUSES: Final = (400, 413, 415, 422)
"""With these a server says that the request as it is will never do."""

_PICTURE_WORDS: Final = ("image", "multimodal", "vision")
"""How servers that fail at a picture say so, whatever status they give."""


class ListedModel(Struct):
    """A model that the server offers."""

    id: str
    loaded: bool = False
    max_model_len: int | None = None
    """Tokens of the context, as vLLM says it."""
    max_context_length: int | None = None
    """The same, as LM Studio says it."""
    context_length: int | None = None
    """The same, as OpenRouter says it."""

    @property
    def context(self) -> int:
        """Tokens of the context; 0 where the server does not say."""
        return self.max_model_len or self.max_context_length or self.context_length or 0


class TokenDetails(Struct):
    """Of the prompt's tokens, those that the server did not compute again."""

    cached_tokens: int | None = None


class Usage(Struct):
    """What an answer cost, as the server counts."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: TokenDetails | None = None


class ChatPiece(Struct):
    """What one read from the stream brought."""

    text: str = ""
    deltas: int = 0
    """Pieces of text that were joined."""
    finish_reason: str | None = None
    usage: Usage | None = None


class _Models(Struct):
    data: list[ListedModel]


class _Delta(Struct):
    content: str | None = None


class _Choice(Struct):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(Struct):
    choices: list[_Choice] | None = None
    usage: Usage | None = None
    error: Any = None
    detail: Any = None


_models_decoder = msgspec.json.Decoder(_Models)
_chunk_decoder = msgspec.json.Decoder(_Chunk)


class ChatServer:
    """One server. The key goes into the request's header and nowhere else."""

    def __init__(self, url: str, key: str | None) -> None:
        """Opens nothing yet.

        Args:
            url: base address, to which `/models` and `/chat/completions` are added.
            key: the bearer token, or None.

        Raises:
            EndpointError: the key can't be sent.
        """
        self.url = url
        self._key = (key or "").strip()
        if not (self._key.isascii() and self._key.isprintable()):
            raise EndpointError(f"The key for {url} holds characters that no key has; correct it.")
        # Compressed streams come in blocks instead of token by token.
        headers = {"accept-encoding": "identity"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        # A proxy that the environment names can't reach a server of this machine.
        is_near = urlsplit(url).hostname in _THIS_MACHINE
        self._client = httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT, trust_env=not is_near)

    async def list_models(self) -> list[ListedModel] | None:
        """Returns the models that the server offers; None if it keeps no list.

        Raises:
            EndpointError: with one sentence that says what to do.
        """
        with self._explained():
            response = await self._client.get(f"{self.url}/models", timeout=30.0)
        if response.status_code in (404, 405, 501):
            return None
        if response.status_code != 200:
            raise self._refusal(response.status_code, response.content)
        try:
            return _models_decoder.decode(response.content).data
        except msgspec.DecodeError as error:
            raise self._garbage() from error

    async def stream(self, body: bytes) -> AsyncIterator[ChatPiece]:
        """Yields the answer to a chat request; what arrives together comes as one piece.

        Raises:
            EndpointError, PromptTooLong: with one sentence that says what to do.
        """
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        address = f"{self.url}/chat/completions"
        with self._explained():
            async with self._client.stream("POST", address, content=body, headers=headers) as reply:
                if reply.status_code != 200:
                    raise self._refusal(reply.status_code, await reply.aread())
                if not reply.headers.get("content-type", "").startswith("text/event-stream"):
                    raise self._garbage()
                async for piece in self._pieces(reply):
                    yield piece

    async def close(self) -> None:
        """Closes every connection."""
        await self._client.aclose()

    async def _pieces(self, reply: httpx2.Response) -> AsyncIterator[ChatPiece]:
        rest = b""
        is_finished = False
        async for block in reply.aiter_bytes():
            *lines, rest = (rest + block).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                raise self._garbage()
            piece = ChatPiece()
            try:
                for line in lines:
                    is_finished |= self._read_line(line, piece)
            except TurnError:
                # Text that came together with the bad news is kept.
                yield piece
                raise
            is_finished |= piece.finish_reason is not None
            yield piece
        if not is_finished:
            raise EndpointError(
                f"{self.url} broke off in the middle of the answer; what came is kept, ask again "
                "for the rest."
            )

    def _read_line(self, line: bytes, piece: ChatPiece) -> bool:
        """Adds a line of the stream to the piece; returns whether it was the mark of the end."""
        field, _, payload = line.partition(b":")
        payload = payload.strip()
        if field != b"data" or not payload:
            return False
        if payload == b"[DONE]":
            return True
        try:
            chunk = _chunk_decoder.decode(payload)
        except msgspec.DecodeError as error:
            raise self._garbage() from error
        if chunk.error or (chunk.detail and chunk.choices is None):
            raise self._refusal(500, payload)
        piece.usage = chunk.usage or piece.usage
        for choice in chunk.choices or ():
            piece.finish_reason = choice.finish_reason or piece.finish_reason
            if choice.delta and choice.delta.content:
                piece.text += choice.delta.content
                piece.deltas += 1
        return False

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except httpx2.ConnectError as error:
            raise EndpointError(
                f"No server answers at {self.url}; start it or check the address."
            ) from error
        except httpx2.TimeoutException as error:
            raise EndpointError(
                f"{self.url} did not answer in time; see whether the server is well and ask again."
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise EndpointError(
                f"The connection to {self.url} failed ({type(error).__name__}); what came is kept, "
                "ask again for the rest."
            ) from error

    def _garbage(self) -> EndpointError:
        return EndpointError(
            f"{self.url} answers, but not as an OpenAI-compatible server does; check the address, "
            "which often ends in /v1."
        )

    def _refusal(self, status: int, body: bytes) -> TurnError:
        """Returns the error that a status and its body amount to."""
        said = self._message(body)
        if any(words in said.lower() for words in _CONTEXT_WORDS):
            return PromptTooLong(
                f"The conversation is too long for the model at {self.url}; start a new one or "
                f"send fewer pictures ({said})."
            )
        advice = {
            401: "it refused the key; check the variable that endpoint_key_variable names",
            403: "it refused the key; check the variable that endpoint_key_variable names",
            404: "it knows no such model or address; check the name after #",
            413: "the request is too large for it; lower pixel_budget or send fewer pictures",
            429: "it has too much to do; wait a moment and ask again",
        }.get(status, "it failed; see its log" if status >= 500 else "it refused the request")
        is_about_pictures = any(word in said.lower() for word in _PICTURE_WORDS)
        is_lasting = status in _REFUSED_STATUSES or is_about_pictures
        kind = PromptRefused if is_lasting else EndpointError
        return kind(f"{self.url} answered {status}, {advice}{said and f' ({said})'}.")

    def _message(self, body: bytes) -> str:
        """Returns what a refusal says, as one short line without the key."""
        try:
            text = _innermost(msgspec.json.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            text = "" if b"<" in body[:100] else body.decode("utf-8", "replace")
        if self._key:
            text = text.replace(self._key, "[key]")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line.rstrip(".") if len(line) <= 300 else f"{line[:300]}…"


def _innermost(said: Any) -> str:
    """Returns the words in what servers wrap them in: an error, a detail, a list of messages."""
    while not isinstance(said, str):
        if isinstance(said, list) and said:
            said = said[0]
            continue
        names = ("error", "detail", "message", "msg") if isinstance(said, dict) else ()
        inner = next((said[name] for name in names if said.get(name)), None)
        if inner is None:
            return msgspec.json.encode(said).decode()
        said = inner
    return said
