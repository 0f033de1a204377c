"""What `--help` says below the options of the commands on stored conversations."""

from typing import Final

_NOTATION: Final = """\
QUERY is words, in any order, or "within quotes" as they stand; they are looked for in
titles, messages, thoughts and picture names. Beside them may stand:
  tag:holiday         has the tag            model:qwen       answered by such a model
  has:picture         is:pinned              is:archived      is:bin (deleted)
  on:2026-05          before:2026-05-03      after:7d         changed then
  picture:photo.jpg   has this file          like:photo.jpg   or one that looks like it
  sort:title          updated, created, title or messages"""

CHATS: Final = f"""\
{_NOTATION}

In a terminal the table is as wide as that; in a pipe each line is ID, date of the last
change, turns, model, tags and title, a tab between each two, and nothing is cut.

--json prints one document: total and conversations, each with id, uuid, title,
created_at and updated_at (seconds since 1970), messages (of all branches), turns (of
the one that is shown), model (that answered last), tags, is_pinned, is_archived,
is_private, picture (key of the first one, or empty) and deleted_at (or 0). With --hits: total,
is_counted (whether total is all) and hits, each with conversation, title, message (its
ID, or null), place (title, text, thoughts or picture), snippet, marks [start, end] in
it, and created_at.

exit status: 0 if something was found, 1 if nothing was.

examples:
  seeshell chats
  seeshell chats lemons has:picture after:2026-01
  seeshell chats --hits "a kilo" | less
  seeshell chats tag:done --json | jq -r '.conversations[].id' | xargs seeshell rm --yes"""

SHOW: Final = """\
The conversation is printed as Markdown; its pictures are named, not shown.

--json prints one document, which `export --format json` and bundles hold too: uuid,
title, created_at, updated_at, head (uuid of the last message of the shown branch),
choices (model, adapter and preset that it keeps), tags, is_pinned, is_archived, origin
(the program that it was imported from), and messages, parents before their replies:
uuid, parent, role (user or assistant), parts, created_at, turn, model, model_source,
adapter, finish_reason, error, stats, is_corrected, is_left_out. A part has a type:
text or thoughts with its text, or picture with sha256, name, width, height,
model_width, model_height, tokens, note, pixel_budget, is_left_out and excerpt (page,
region). What is empty, false or 0 is left out.

examples:
  seeshell show 12 | less
  seeshell show 12 --json | jq -r '.messages[].parts[] | select(.type == "text").text'"""

EXPORT: Final = f"""\
html       one page with its pictures inside. It asks for nothing and runs nothing, is
           made for telephones, paper, light and dark, and has what answers mark drawn
           over the pictures.
markdown   a text, and beside it a folder with the pictures; of several conversations a
           folder of such texts.
json       all that is known, as `show --json` prints it: conversations [...]. It names
           pictures by their sha256 and does not hold them.
jsonl      rows for training, as `seeshell tune` and mlx-vlm's trainer read them, and
           beside them a folder with the pictures: one row for each complete answer, or
           for each corrected one where there are any.
bundle     everything, pictures included, for another seeshell to import.

Pictures lose EXIF, GPS and the like, except in a bundle, which is to bring everything
back as it was: JPEG, PNG, WebP and GIF keep every pixel, others become JPEG or PNG,
which is said. Excerpts are cut out, so that nothing else of their file goes along.
Nothing is overwritten without --force. An export is made to be given away: your umask
says who can read it, but a bundle is readable by you alone.

{_NOTATION}

--json prints one document: format, path, conversations, pictures (files of them; of a
page null), size_bytes (of the file, or of all in the folder) and notes (what is not as
one might expect, a sentence each).

examples:
  seeshell export --chat 12
  seeshell export tag:trip --format markdown -o ~/trip
  seeshell export --chat 12 -o - | ssh host 'cat > chat.html'
  seeshell export --all --format bundle -o everything.seeshell"""

REMOVE: Final = """\
What is deleted lies in the bin for 30 days, from where --restore brings it back; then
it is removed for good, and at once by --empty-bin. `seeshell chats is:bin` lists it.
Before anything is deleted a terminal asks; elsewhere --yes is needed.

--json prints one document: deleted, restored or removed (the IDs).

examples:
  seeshell rm 12 15
  seeshell rm --restore 12
  seeshell rm --empty-bin --yes"""

TAG: Final = """\
Without changes the tags of these conversations are printed, without IDs all tags there
are, the most used first.

--json prints one document: conversations [id, tags], or tags [name, conversations].

examples:
  seeshell tag 12 15 +receipts +2026 -unsorted
  seeshell tag 12
  seeshell tag"""
