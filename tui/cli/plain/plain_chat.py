"""The loop of the plain chat: a line is read, done, and what comes of it is printed."""

from ..exit_status import COMPLETE, ERROR
from .desk import Desk
from .line_reader import LineReader
from .loop_thread import LoopThread
from .slash_commands import is_command, run_command

_PROMPT = "You: "
_MORE = "...: "
_GREETING = "Type a question, or /help. Ctrl+C stops an answer, Ctrl+D or /quit ends the chat."


class PlainChat:
    """Runs on the main thread, which the line editor and Ctrl+C need."""

    def __init__(self, loop: LoopThread, desk: Desk, reader: LineReader) -> None:
        self._loop = loop
        self._desk = desk
        self._reader = reader

    def run(self) -> int:
        """Chats to the end and returns the exit status.

        Standard input that nobody types gives 0 only if all was done and answered; somebody who
        types has seen what was not.

        Raises:
            OutputError: standard output takes nothing more.
        """
        desk, loop = self._desk, self._loop
        has_failed = False
        try:
            loop.run(desk.connect())
            if self._reader.is_terminal:
                loop.call(lambda: desk.teller.tell(_GREETING))
            while not desk.has_quit:
                try:
                    line = self._read_message()
                except KeyboardInterrupt:
                    # Between two lines there is nothing to stop.
                    continue
                if line is None:
                    break
                desk.teller.has_failed = False
                self._take(line)
                has_failed |= desk.teller.has_failed
                self._check_output()
        except SystemExit:
            if typed := self._reader.unfinished:
                loop.call(lambda: desk.session.unsent.write(typed))
            raise
        else:
            loop.run(desk.session.close_private())
        finally:
            loop.call(desk.session.journal.close)
        return ERROR if has_failed and not self._reader.is_terminal else COMPLETE

    def _take(self, line: str) -> None:
        """Does what a line says; Ctrl+C stops the answer, and once more the waiting for it."""
        desk, loop = self._desk, self._loop
        loop.call(desk.session.use.note)
        work = run_command(desk, line) if is_command(line) else desk.send(line)
        try:
            loop.run(work, stop=desk.stop)
        except KeyboardInterrupt:
            loop.call(lambda: desk.teller.tell("", "The answer goes on; /show prints it later."))

    def _read_message(self) -> str | None:
        """Returns the next line that says something; None at the end.

        What was kept from before stands in it to be changed, or is told and goes in front of it.
        """
        self._loop.run(self._desk.until_checked())
        while True:
            kept, is_edit = self._loop.call(self._kept)
            is_in_line = self._reader.is_editor and "\n" not in kept
            if kept and not is_in_line:
                how = "replaces" if is_edit else "goes behind"
                self._tell(
                    f"Kept for the next message; /send sends it, /drop forgets it, what you type "
                    f"{how} it:",
                    kept,
                )
            line = self._read_lines(kept if is_in_line else "")
            if line is None:
                return None
            if line.strip():
                is_new = is_in_line or is_edit or not kept or is_command(line)
                return line if is_new else f"{kept}\n{line}"
            if is_in_line and kept:
                self._loop.call(lambda: self._desk.session.unsent.write(""))

    def _kept(self) -> tuple[str, bool]:
        """Returns what is kept for the next message, and whether that edits an earlier one."""
        draft = self._desk.session.draft
        return draft.text, draft.edited is not None

    def _read_lines(self, text: str) -> str | None:
        """Returns a line with those that continue it; None at the end of standard input."""
        lines: list[str] = []
        while True:
            try:
                line = self._read_line(_MORE if lines else _PROMPT, "" if lines else text)
            except KeyboardInterrupt:
                self._drop(text)
                return ""
            if line is None:
                return "\n".join(lines) if lines else None
            if not line.endswith("\\"):
                return "\n".join([*lines, line])
            lines.append(line[:-1])

    def _read_line(self, prompt: str, text: str) -> str | None:
        """Reads while nothing is printed."""
        self._loop.call(self._desk.teller.hold)
        try:
            line = self._reader.read(prompt, text)
        finally:
            self._loop.call(self._desk.teller.release)
        if line is not None and not self._reader.is_terminal:
            self._tell(f"{prompt}{line}")
        return line

    def _drop(self, text: str) -> None:
        """Forgets a line that was given up; the arrow keys bring back what was kept."""
        if text:
            self._reader.remember([text])
            self._loop.call(lambda: self._desk.session.unsent.write(""))
        self._tell("", "Ctrl+D or /quit ends the chat.")

    def _tell(self, *lines: str) -> None:
        self._loop.call(lambda: self._desk.teller.tell(*lines))

    def _check_output(self) -> None:
        if self._desk.teller.failure is not None:
            raise self._desk.teller.failure
