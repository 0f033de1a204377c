"""Why the hub gave nothing: each failure as one sentence with the way out."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import httpx2
from huggingface_hub import constants, errors

from ...errors import ModelError, ModelNotFound
from ...wording import one_line
from ..network import causes_of
from .cache import cache_folder
from .connections import Token, describe_limit

_OFFICIAL: Final = "huggingface.co"

_TOKENS_PAGE: Final = "huggingface.co/settings/tokens"

_NO_WAY: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)

_BUSY: Final = (500, 502, 503)

_SLOW: Final = (408, 504)

_READ_AT_START: Final = re.compile("HF_(ENDPOINT|HUB_OFFLINE|HUB_CACHE|HOME)")
"""Variables that `huggingface_hub` reads once: the core has those with which it was started."""

_WANTS_A_NAME: Final = re.compile("407|ACCEPTABLE METHODS|username")
"""Of an HTTP proxy, and of a SOCKS proxy, in the words of httpx2."""

_DISK: Final = {
    errno.ENOSPC: "is full; make room or set HF_HOME to a folder on a larger disk",
    errno.EDQUOT: "is full up to your quota; make room or set HF_HOME to a folder elsewhere",
    errno.EROFS: "can only be read; set HF_HOME to a folder that can be written",
    errno.EACCES: "must not be written; change its permissions or set HF_HOME to another folder",
    errno.EPERM: "must not be written; change its permissions or set HF_HOME to another folder",
    errno.ENOTDIR: "lies below a file; set HF_HOME or HF_HUB_CACHE to a folder",
    errno.EEXIST: "is no folder; set HF_HOME or HF_HUB_CACHE to one",
    errno.ENOENT: "is not there; connect its disk or set HF_HOME to another folder",
    errno.EIO: "can't be written; check its disk",
}
"""What is wrong with the cache's folder."""


@contextmanager
def explained(repository: str, token: Token) -> Iterator[None]:
    """Turns what the hub's client raises into one sentence; each says what its way out needs.

    Args:
        repository: `owner/name`.
        token: what was sent.

    Raises:
        ModelError: in place of each failure of the network, the hub and the disk.
    """
    try:
        with _translated(repository, token):
            yield
    except ModelError as error:
        named = _READ_AT_START.search(str(error))
        if named is None:
            raise
        raise type(error)(
            f"{str(error).rstrip('.')} (a change of {named[0]} counts once the core starts again: "
            "run `seeshell stop`)."
        ) from error.__cause__


@contextmanager
def _translated(repository: str, token: Token) -> Iterator[None]:
    """Turns what the hub's client raises into one sentence, as `explained` does, and no more."""
    try:
        yield
    except errors.HFValidationError as error:
        raise ModelNotFound(
            f"{repository} is no name of a model; check the name: it is owner/name as on its page."
        ) from error
    except errors.HfHubHTTPError as error:
        raise _explain_answer(error, repository, token) from error
    except httpx2.HTTPError as error:
        raise _explain_connection(error, repository) from error
    except (errors.LocalEntryNotFoundError, errors.FileMetadataError) as error:
        cause = error.__cause__
        if isinstance(cause, httpx2.HTTPError):
            with _translated(repository, token):
                raise cause from error
        raise _no_hub(repository) from error
    except httpx2.InvalidURL as error:
        raise _no_hub(repository) from error
    except ValueError as error:
        # JSON that is none, or an answer without what every answer of the hub has.
        raise _no_hub(repository) from error
    except OSError as error:
        raise _explain_disk(error, repository) from error
    except (RuntimeError, errors.XetDownloadError) as error:
        raise ModelError(
            f"Downloading {repository} failed: {_reason(error)}; try again."
        ) from error


def _no_hub(repository: str) -> ModelError:
    return ModelError(
        f"{_hub()} did not answer as the hub does when asked for {repository}; check HF_ENDPOINT "
        "and the proxy, or log in to the network in a browser."
    )


def _explain_answer(error: errors.HfHubHTTPError, repository: str, token: Token) -> ModelError:
    """Returns the error for an answer with a status of failure."""
    status = error.response.status_code
    said = f"{error.server_message or ''} {error.response.headers.get('x-error-message', '')}"
    if isinstance(error, errors.DisabledRepoError):
        return ModelNotFound(f"{repository} was disabled on the hub; choose another model.")
    if token.origin and "fine-grained" in said.lower():
        return ModelNotFound(
            f"The token of {token.origin} may not read {repository}; allow it to read gated "
            f"repositories on {_TOKENS_PAGE}."
        )
    if isinstance(error, errors.GatedRepoError):
        return _explain_gate(repository, token)
    if isinstance(error, errors.EntryNotFoundError | errors.RevisionNotFoundError):
        return ModelError(f"{repository} was changed on the hub during the download; try again.")
    if status == 401 and token.origin:
        return explain_token(token)
    if isinstance(error, errors.RepositoryNotFoundError) or status in (401, 404):
        return _explain_name(repository, token)
    return _explain_status(error, status, repository)


def explain_token(token: Token) -> ModelError:
    """Returns the error for a token that the hub refuses."""
    way_out = (
        f"renew it on {_TOKENS_PAGE}, or unset it: public models need none"
        if "`" not in token.origin
        else "log in again with it, or out with `hf auth logout`: public models need no token"
    )
    return ModelError(
        f"The hub refuses the token of {token.origin}, which may have expired; {way_out}."
    )


def _explain_gate(repository: str, token: Token) -> ModelError:
    page = f"https://huggingface.co/{repository}"
    log_in = "" if token.origin else ", then log in with `hf auth login` or set HF_TOKEN"
    return ModelNotFound(
        f"{repository} is given only to those who accept its terms; accept its terms on {page}"
        f"{log_in}."
    )


def _explain_name(repository: str, token: Token) -> ModelError:
    private = (
        f"or use the token of an account that may read it, if it is private: that of "
        f"{token.origin} may not"
        if token.origin
        else "or log in with `hf auth login` if it is private"
    )
    return ModelNotFound(f"The hub has no model {repository}; check the name, {private}.")


def _explain_status(error: errors.HfHubHTTPError, status: int, repository: str) -> ModelError:
    if status == 429:
        return ModelError(describe_limit(error.response.headers))
    if status in _SLOW:
        return ModelError(f"The hub took too long to answer ({status}); try again in a minute.")
    if status in _BUSY:
        return ModelError(
            f"The hub is out of order or overloaded ({status}); try again in a few minutes, "
            "or see status.huggingface.co."
        )
    if status == 407:
        return _explain_proxy(str(status))
    said = f": {one_line(error.server_message)}" if error.server_message else ""
    forbids = "forbids to read" if status == 403 else f"answered {status} for"
    return ModelError(
        f"The hub {forbids} {repository}{said[:200].rstrip('.')}; check its page, HF_TOKEN and "
        "HF_ENDPOINT."
    )


def _explain_connection(error: httpx2.HTTPError, repository: str) -> ModelError:
    """Returns the error for a request without an answer."""
    causes = list(causes_of(error))
    if isinstance(error, httpx2.ProxyError):
        return _explain_proxy(_reason(error))
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.TooManyRedirects):
        return _no_hub(repository)
    if any(isinstance(it, ssl.SSLCertVerificationError) for it in causes):
        return ModelError(
            f"The certificate of {_hub()} is not trusted; if a proxy of your company opens the "
            "line, set SSL_CERT_FILE to a file with its certificate, and check the clock."
        )
    if any(isinstance(it, ssl.SSLError) for it in causes):
        return ModelError(
            f"{_hub()} does not speak TLS, as an https:// address must; check HF_ENDPOINT and the "
            "proxy."
        )
    if isinstance(error, httpx2.TimeoutException):
        return ModelError(
            f"{_hub()} did not answer in time; try again, and check the network and the proxy."
        )
    absent = f"{repository} is not complete in the Hugging Face cache and"
    if _hub() != _OFFICIAL and any(isinstance(it, socket.gaierror) for it in causes):
        return ModelNotFound(
            f"{absent} {_hub()} can't be found; check HF_ENDPOINT, or connect to the network."
        )
    if _is_without_network(causes):
        return ModelNotFound(
            f"{absent} there is no network to {_hub()}; connect to the network and try again, or "
            "use `demo`."
        )
    if isinstance(error, httpx2.ConnectError):
        return ModelNotFound(
            f"{absent} {_hub()} refuses the connection; check HF_ENDPOINT and the proxy, or use "
            "`demo`."
        )
    return ModelError(
        f"The connection to {_hub()} broke while {repository} was downloaded; try again, what is "
        "complete stays."
    )


def _is_without_network(causes: list[BaseException]) -> bool:
    numbers = {it.errno for it in causes if isinstance(it, OSError)}
    return any(isinstance(it, socket.gaierror) for it in causes) or not numbers.isdisjoint(_NO_WAY)


def _explain_proxy(reason: str) -> ModelError:
    if _WANTS_A_NAME.search(reason):
        return ModelError(
            "The proxy wants a name and a password; write the right ones into its variable, as "
            "http://name:password@host:port."
        )
    return ModelError(
        f"The proxy does not let requests through to {_hub()} ({reason}); check HTTPS_PROXY, "
        "ALL_PROXY and NO_PROXY."
    )


def _explain_disk(error: OSError, repository: str) -> ModelError:
    folder = cache_folder()
    if error.errno in _DISK:
        return ModelError(f"The Hugging Face cache {folder} {_DISK[error.errno]}.")
    if "Consistency check failed" in str(error):
        return ModelError(
            f"A file of {repository} came with another size than the hub states; try again, and "
            "check the proxy if it stays so."
        )
    return ModelError(f"Downloading {repository} failed: {_reason(error)}; try again.")


def _hub() -> str:
    return urlsplit(constants.ENDPOINT).netloc or constants.ENDPOINT


def _reason(error: BaseException) -> str:
    """Returns what an error says, on one line and without an end."""
    return one_line(str(getattr(error, "strerror", None) or error)).rstrip(".")[:200]
