"""What `seeshell export` says of what it has written."""

from pathlib import Path

from ...export import ExportChoices, ExportSource, Written
from ...sizes import in_bytes
from ..output import Output


def tell_export(
    written: Written, source: ExportSource, choices: ExportChoices, output: Output
) -> None:
    """Prints the place on standard output, all else on standard error; or one document."""
    count, notes = len(source.ids), source.pictures.notes
    pictures = None if choices.form == "html" else written.pictures
    size = _size(written.path)
    if output.as_json:
        output.document(
            {
                "format": choices.form,
                "path": str(written.path),
                "conversations": count,
                "pictures": pictures,
                "size_bytes": size,
                "notes": notes,
            }
        )
        return
    for note in notes:
        output.notice(note)
    if choices.form == "bundle" and choices.keeps_metadata and pictures:
        output.notice("Its pictures keep EXIF and GPS; --strip-metadata takes them out.")
    facts = [f"{count} conversation{'' if count == 1 else 's'}", in_bytes(size)]
    if pictures:
        facts.insert(1, f"{pictures} picture{'' if pictures == 1 else 's'}")
    output.notice(", ".join(facts))
    output.write(f"{written.path}\n")


def _size(path: Path) -> int:
    """Returns the bytes of a file, or of all that is in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(it.stat().st_size for it in files if it.is_file())
