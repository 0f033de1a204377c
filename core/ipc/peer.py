"""Who is at the other end of a Unix socket."""

import os
import socket
import struct
import sys

# Python names neither on macOS. Source: <sys/un.h> and <sys/ucred.h> of Apple's SDK.
_SOL_LOCAL = 0
_LOCAL_PEERCRED = 1
_XUCRED = struct.Struct("=IIh2x16I")
_XUCRED_VERSION = 0

_UCRED = struct.Struct("=iII")


def is_own_process(connection: socket.socket) -> bool:
    """Returns whether the other end is held by a process of this user.

    Raises:
        ConnectionError: nobody holds it any more.
    """
    try:
        return peer_uid(connection) == os.getuid()
    except OSError as error:
        # macOS forgets who it was as soon as the other end is closed.
        raise ConnectionError("the other end is closed") from error


def peer_uid(connection: socket.socket) -> int:
    """Returns the user id of the process that holds the other end.

    Raises:
        OSError: the system does not say.
    """
    if sys.platform == "darwin":
        return read_xucred(connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED.size))
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    _pid, uid, _gid = _UCRED.unpack(credentials)
    return int(uid)


def read_xucred(credentials: bytes) -> int:
    """Returns the user id in macOS's `struct xucred`.

    Raises:
        OSError: the structure is of a version that this program does not know.
    """
    version, uid, *_groups = _XUCRED.unpack(credentials)
    if version != _XUCRED_VERSION:
        raise OSError(f"struct xucred is of version {version}, not {_XUCRED_VERSION}")
    return int(uid)
