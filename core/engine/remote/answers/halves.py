"""Text whose characters come in halves, from one chunk to the next."""

from codecs import getincrementaldecoder


class Halves:
    """Joins the halves of characters over pieces of one text.

    Halves are surrogates, as JSON escapes cut an emoji, and bytes of UTF-8 that a decoder with
    `surrogateescape` kept. A half that stays alone becomes U+FFFD.
    """

    def __init__(self) -> None:
        self._high = ""
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def join(self, text: str, *, is_last: bool = False) -> str:
        """Returns the text that is certain now; a half at its end waits for the next piece."""
        text = self._high + text
        self._high = ""
        if text.isascii():
            # Nothing to join, unless bytes wait.
            return self._decoder.decode(text.encode(), final=is_last)
        if not is_last and "\ud800" <= text[-1] <= "\udbff":
            text, self._high = text[:-1], text[-1]
        pairs = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        single = "".join("\ufffd" if _is_lone(c) else c for c in pairs)
        return self._decoder.decode(single.encode("utf-8", "surrogateescape"), final=is_last)


def _is_lone(character: str) -> bool:
    is_byte = "\udc80" <= character <= "\udcff"
    return "\ud800" <= character <= "\udfff" and not is_byte
