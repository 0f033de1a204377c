"""Sockets, locks and peers: what keeps other users out and two cores apart."""

import os
import socket
import stat
import struct
import tempfile
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from seeshell.core.errors import CoreUnreachable
from seeshell.core.ipc.lock import (
    AnotherCoreServes,
    CoreAddress,
    CoreLock,
    is_core_alive,
    read_address,
)
from seeshell.core.ipc.peer import is_own_process, peer_pid, peer_uid, read_xucred
from seeshell.core.ipc.socket_path import make_socket_path
from seeshell.core.settings import Paths

from ...patience import PATIENCE


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_socket_lies_in_a_private_folder_of_its_own(paths: Paths) -> None:
    path = make_socket_path(paths)
    assert path.parent == paths.runtime_dir
    assert mode(path.parent) == 0o700


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_one(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long = replace(paths, runtime_dir=paths.runtime_dir / ("x" * 100))
    path = make_socket_path(long)
    assert path.parent.parent == tmp_path
    assert mode(path.parent) == 0o700
    assert make_socket_path(long) == path
    other = replace(long, data_dir=paths.data_dir / "other")
    assert make_socket_path(other) != path


def test_the_limit_counts_bytes_not_characters(paths: Paths) -> None:
    name = "ä" * 20
    wide = replace(paths, runtime_dir=Path("/tmp") / name)
    length = len(os.fsencode(make_socket_path(wide, longest=1000)))
    assert make_socket_path(wide, longest=length).parent == wide.runtime_dir
    assert make_socket_path(wide, longest=length - 1).parent != wide.runtime_dir
    wide.runtime_dir.rmdir()


def test_the_peer_of_a_socket_is_this_user() -> None:
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        assert peer_uid(here) == os.getuid()
        assert peer_pid(here) == os.getpid()
    assert peer_pid(here) is None


def test_another_user_is_not_this_one_and_nobody_is_a_closed_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        assert is_own_process(here)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert not is_own_process(here)
    with pytest.raises(ConnectionError):
        is_own_process(here)


def test_the_user_is_read_from_the_structure_that_macos_fills() -> None:
    # struct xucred: version, uid, number of groups, groups.
    assert read_xucred(struct.pack("=IIh2x16I", 0, 501, 2, 20, 12, *[0] * 14)) == 501
    with pytest.raises(OSError, match="version 1"):
        read_xucred(struct.pack("=IIh2x16I", 1, 501, 0, *[0] * 16))


def test_the_lock_file_says_who_holds_it(paths: Paths) -> None:
    lock = CoreLock(paths, "1.0")
    assert not is_core_alive(paths)
    lock.acquire(patience=1)
    assert is_core_alive(paths)
    lock.publish("/tmp/somewhere")
    assert read_address(paths) == CoreAddress(os.getpid(), "1.0", "/tmp/somewhere")
    lock.publish("")
    assert read_address(paths) == CoreAddress(os.getpid(), "1.0", "")
    lock.release()
    assert not is_core_alive(paths)
    assert mode(paths.lock_file) == 0o600


def test_a_lock_that_can_not_be_opened_is_named(paths: Paths) -> None:
    paths.lock_file.mkdir(parents=True)
    with pytest.raises(CoreUnreachable, match=r"core\.lock can't be opened"):
        is_core_alive(paths)
    paths.lock_file.rmdir()


def test_no_core_is_alive_where_there_can_be_no_lock(paths: Paths) -> None:
    paths.data_dir.touch()
    assert not is_core_alive(paths)


def test_nobody_has_written_an_address_where_there_is_no_lock_file(paths: Paths) -> None:
    assert read_address(paths) is None
    assert not is_core_alive(paths)


def test_a_second_core_is_sent_to_the_one_that_serves(paths: Paths) -> None:
    first, second = CoreLock(paths, "1.0"), CoreLock(paths, "1.0")
    first.acquire(patience=1)
    first.publish("/tmp/somewhere")
    with pytest.raises(AnotherCoreServes):
        second.acquire(patience=1)
    first.release()
    second.release()


def test_a_second_core_waits_for_one_that_ends(paths: Paths) -> None:
    first, second = CoreLock(paths, "1.0"), CoreLock(paths, "1.0")
    first.acquire(patience=1)
    waiting = threading.Thread(target=second.acquire, args=(PATIENCE,))
    waiting.start()
    first.release()
    waiting.join(timeout=PATIENCE)
    assert not waiting.is_alive()
    assert is_core_alive(paths)
    second.release()


def test_a_core_that_never_serves_is_named_after_a_while(paths: Paths) -> None:
    first, second = CoreLock(paths, "1.0"), CoreLock(paths, "1.0")
    first.acquire(patience=1)
    with pytest.raises(CoreUnreachable, match=f"process {os.getpid()}"):
        second.acquire(patience=0)
    first.release()
    second.release()
