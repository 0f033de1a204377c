"""What goes out in a bundle comes in again, all of it."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from seeshell.core.conversation import Attachment
from seeshell.core.kept import KeptConversation
from seeshell.core.messages.library_events import BundleWritten
from seeshell.core.messages.library_requests import ExportBundle
from seeshell.core.sessions.sessions import Sessions
from seeshell.core.store.archive import Archive

from ..kept_samples import Sample, make_sample
from ..talk import Listener, carry_out
from .conftest import TakeIn, write_bundle


def _used(sample: Sample) -> Sample:
    """Returns the sample without pictures that no message has."""
    used = {
        part.sha256
        for kept in sample.conversations
        for message in kept.messages
        for part in message.parts
        if isinstance(part, Attachment)
    }
    return Sample(sample.conversations, {it: sample.pictures[it] for it in used})


async def _export(
    sessions: Sessions, client: Listener, path: Path, ids: tuple[int, ...]
) -> BundleWritten:
    request = ExportBundle(conversations=ids, path=str(path))
    written: BundleWritten = await carry_out(sessions, request, client)
    return written


async def test_a_bundle_comes_out_again_with_the_same_bytes(
    take_in: TakeIn, sessions: Sessions, client: Listener, tmp_path: Path
) -> None:
    sample = _used(make_sample(1, 8))
    source = write_bundle(tmp_path / "in.seeshell", sample)
    imported = await take_in(source)
    assert (len(imported.added), imported.left_out) == (8, ())
    written = await _export(sessions, client, tmp_path / "out.seeshell", imported.added)
    assert (written.conversations, written.pictures) == (8, len(sample.pictures))
    assert written.size == source.stat().st_size
    assert (tmp_path / "out.seeshell").read_bytes() == source.read_bytes()


async def test_all_of_a_conversation_is_there_again(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    sample = make_sample(2, 5)
    imported = await take_in(write_bundle(tmp_path / "in.seeshell", sample))
    stored = [(await archive.library.read_tree(it)).conversation for it in imported.added]
    assert stored == sorted(sample.conversations, key=lambda it: it.uuid)


async def test_importing_twice_adds_nothing(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    path = write_bundle(tmp_path / "in.seeshell", make_sample(3, 5))
    first = await take_in(path)
    again = await take_in(path)
    assert len(first.added) == 5
    assert (again.added, again.extended, again.known, again.left_out) == ((), (), 5, ())
    assert len(await archive.list_conversation_ids()) == 5


async def test_a_newer_bundle_extends_what_is_there(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    sample = make_sample(4, 1)
    (kept,) = sample.conversations
    last = kept.messages[-1]
    kept = replace(kept, head=last.uuid)
    older = replace(kept, messages=kept.messages[:-1], head=last.parent)
    (conversation,) = (await take_in(_write(tmp_path / "1.seeshell", older, sample))).added
    imported = await take_in(_write(tmp_path / "2.seeshell", kept, sample))
    assert imported.extended == (conversation,)
    assert (await archive.library.read_tree(conversation)).conversation == kept


async def test_other_words_under_the_same_uuid_change_nothing_and_are_told(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    sample = make_sample(5, 1)
    (kept,) = sample.conversations
    (conversation,) = (await take_in(_write(tmp_path / "1.seeshell", kept, sample))).added
    changed = replace(kept.messages[0], parts=())
    other = replace(kept, messages=(changed, *kept.messages[1:]))
    imported = await take_in(_write(tmp_path / "2.seeshell", other, sample))
    assert "what is here stays as it is" in imported.left_out[0]
    assert (await archive.library.read_tree(conversation)).conversation == kept


async def test_what_is_in_the_bin_stays_there(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    path = write_bundle(tmp_path / "in.seeshell", make_sample(6, 1))
    (conversation,) = (await take_in(path)).added
    await archive.delete_conversation(conversation)
    imported = await take_in(path)
    assert (imported.added, imported.known) == ((), 0)
    assert "is in the bin here" in imported.left_out[0]


async def test_a_text_stands_in_the_place_of_a_picture_that_the_bundle_lacks(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    sample = Sample(make_sample(7, 8).conversations, {})
    path = write_bundle(tmp_path / "in.seeshell", sample)
    imported = await take_in(path)
    assert len(imported.added) == 8
    assert "lacks the file of" in imported.left_out[0]
    again = await take_in(path)
    assert (again.known, again.extended) == (8, ())
    assert again.left_out == imported.left_out


async def test_a_picture_that_is_here_need_not_be_in_the_bundle(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    sample = make_sample(9, 3)
    await take_in(write_bundle(tmp_path / "1.seeshell", sample))
    renamed = [_under_other_uuids(it) for it in sample.conversations]
    imported = await take_in(write_bundle(tmp_path / "2.seeshell", Sample(renamed, {})))
    assert imported.left_out == ()
    stored = [(await archive.library.read_tree(it)).conversation for it in imported.added]
    assert stored == sorted(renamed, key=lambda it: it.uuid)


def _under_other_uuids(kept: KeptConversation) -> KeptConversation:
    document = msgspec.json.encode(kept)
    for uuid in (kept.uuid, *(it.uuid for it in kept.messages)):
        document = document.replace(uuid.encode(), f"{'0' * 8}{uuid[8:]}".encode())
    return msgspec.json.decode(document, type=KeptConversation)


async def test_a_picture_that_was_missing_comes_with_the_next_bundle_that_has_it(
    take_in: TakeIn, archive: Archive, tmp_path: Path
) -> None:
    sample = make_sample(7, 4)
    lacking = Sample(sample.conversations, {})
    first = await take_in(write_bundle(tmp_path / "1.seeshell", lacking))
    second = await take_in(write_bundle(tmp_path / "2.seeshell", sample))
    assert second.left_out == ()
    assert 0 < len(second.extended) <= 4
    stored = [(await archive.library.read_tree(it)).conversation for it in first.added]
    assert stored == sorted(sample.conversations, key=lambda it: it.uuid)
    third = await take_in(tmp_path / "2.seeshell")
    assert (third.known, third.extended) == (4, ())


def _write(path: Path, kept: KeptConversation, sample: Sample) -> Path:
    return write_bundle(path, Sample([kept], sample.pictures))
