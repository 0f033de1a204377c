"""Who is at the other end of a Unix socket."""

import os
import socket
import struct
import sys

# Python names neither on macOS. Source: <sys/un.h> and <sys/ucred.h> of Apple's SDK.
_SOL_LOCAL = 0
_LOCAL_PEERCRED = 1
_LOCAL_PEERPID = 2
_PID = struct.Struct("=i")
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
    _pid, uid, _gid = _read_ucred(connection)
    return uid


def peer_pid(connection: socket.socket) -> int | None:
    """Returns the process that holds the other end; None where the system does not say."""
    try:
        if sys.platform == "darwin":
            (pid,) = _PID.unpack(connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, _PID.size))
        else:
            pid, _uid, _gid = _read_ucred(connection)
    except OSError:
        return None
    # 0 stands for a process outside of this one's namespace.
    return int(pid) or None


def _read_ucred(connection: socket.socket) -> tuple[int, int, int]:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid, uid, gid = _UCRED.unpack(credentials)
    return pid, uid, gid


def read_xucred(credentials: bytes) -> int:
    """Returns the user id in macOS's `struct xucred`.

    Raises:
        OSError: the structure is of a version that this program does not know.
    """
    version, uid, *_groups = _XUCRED.unpack(credentials)
    if version != _XUCRED_VERSION:
        raise OSError(f"struct xucred is of version {version}, not {_XUCRED_VERSION}")
    return int(uid)
