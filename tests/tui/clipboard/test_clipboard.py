"""Texts taken to the clipboard: by a program, by OSC 52, or into a file of the user's alone."""

import base64
from pathlib import Path

from seeshell.tui.clipboard.clipboard import Clipboard
from seeshell.tui.clipboard.ways import FILE, Way

OSC52 = Way("osc52", most_bytes=1000)


def clipboard(tmp_path: Path, *ways: Way) -> tuple[Clipboard, list[str]]:
    written: list[str] = []
    return Clipboard([*ways, FILE], written.append, tmp_path / "copied"), written


async def test_a_program_reads_the_text(tmp_path: Path) -> None:
    got = tmp_path / "got"
    program = Way("program", ("sh", "-c", f"cat > {got}"))
    copier, written = clipboard(tmp_path, program, OSC52)
    copied = await copier.copy("zwei\nZeilen ü")
    assert copied == ("copied by sh (14 B)", True)
    assert got.read_text("utf-8") == "zwei\nZeilen ü"
    assert not written


async def test_where_the_program_fails_the_terminal_gets_it(tmp_path: Path) -> None:
    broken, missing = Way("program", ("false",)), Way("program", ("/nowhere/pbcopy",))
    copier, written = clipboard(tmp_path, broken, missing, OSC52)
    assert (await copier.copy("text")).sentence == "copied by OSC 52 (4 B)"
    assert written == [f"\x1b]52;c;{base64.b64encode(b'text').decode()}\x07"]


async def test_a_way_out_is_told_once_where_it_may_not_arrive(tmp_path: Path) -> None:
    copier, _ = clipboard(tmp_path, OSC52._replace(is_sure=False))
    assert "did not arrive, {chat.copy_file} writes" in (await copier.copy("text")).sentence
    assert (await copier.copy("text")).sentence == "copied by OSC 52 (4 B)"


async def test_what_is_private_is_told_of_no_file(tmp_path: Path) -> None:
    copier, _ = clipboard(tmp_path, OSC52._replace(is_sure=False))
    copied = await copier.copy("secret", may_write=False)
    assert copied.sentence == "copied by OSC 52 (6 B)"
    assert "did not arrive" in (await copier.copy("text")).sentence


async def test_more_than_the_terminal_takes_is_in_a_file_that_nobody_else_reads(
    tmp_path: Path,
) -> None:
    copier, written = clipboard(tmp_path, OSC52)
    copied = await copier.copy("x" * 1001)
    path = tmp_path / "copied" / "copied.txt"
    assert copied.sentence.startswith(f"written to {path} (1.0 KB): the terminal may take 1.0 KB")
    assert not copied.is_in_clipboard
    assert not written
    assert path.read_text() == "x" * 1001
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


async def test_nothing_of_a_private_conversation_is_in_a_file(tmp_path: Path) -> None:
    copier, _ = clipboard(tmp_path)
    copied = await copier.copy("secret", may_write=False)
    assert copied.sentence.endswith("nothing of a private conversation is written to disk")
    assert not (tmp_path / "copied").exists()


async def test_a_file_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "copied").write_text("in the way")
    copier, _ = clipboard(tmp_path)
    assert (await copier.copy("x")).sentence.startswith("not copied: this terminal has no clip")
