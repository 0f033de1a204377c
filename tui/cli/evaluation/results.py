"""What came of an evaluation: scores of each side by kind of question, and rows that failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....core.roll import RollRow, RowAnswer
from .cases import Case
from .scorers import SCORERS

ALL = ""
"""Stands for every kind of question."""


@dataclass(frozen=True)
class Side:
    """One model, with or without an adapter, and what it answered."""

    name: str
    roll: int
    rows: Sequence[RollRow]

    @property
    def answers(self) -> list[RowAnswer]:
        """What it said of each case; nothing where the row failed, which counts as wrong."""
        return [row.answer or RowAnswer(finish_reason="failed") for row in self.rows]


@dataclass(frozen=True)
class Results:
    """What all sides answered to the same cases."""

    cases: Sequence[Case]
    scorers: Sequence[str]
    sides: Sequence[Side]

    @property
    def kinds(self) -> list[str]:
        """The kinds of questions, where there are several."""
        found = sorted({case.kind for case in self.cases})
        return [kind for kind in found if kind] if len(found) > 1 else []

    def count(self, kind: str) -> int:
        """Returns how many cases are of a kind, or there are at all."""
        return len(self._places(kind))

    def score(self, side: Side, scorer: str, kind: str) -> float:
        """Returns one score, from 0 to 1."""
        places = self._places(kind)
        texts = [answer.text.strip() for answer in side.answers]
        return SCORERS[scorer].score(
            [texts[at] for at in places], [self.cases[at].accepted for at in places]
        )

    def table(self) -> str:
        """Returns a table in percent: a line for each kind, a column for each side and scorer."""
        titles = [(side, name) for side in self.sides for name in self.scorers]
        header = ["", "rows", *(f"{SCORERS[name].title}" for _, name in titles)]
        names = ["", "", *(side.name for side, _ in titles)]
        lines = [
            [kind or "all", f"{self.count(kind):,}"]
            + [f"{100 * self.score(side, name, kind):.2f}" for side, name in titles]
            for kind in (ALL, *self.kinds)
        ]
        lines.append(["failed", ""] + [str(len(self.failed(side))) for side, _ in titles])
        lines.append(["seconds", ""] + [f"{self._seconds(side):.2f}" for side, _ in titles])
        return _aligned([names, header, *lines])

    def failed(self, side: Side) -> list[RollRow]:
        """Returns the rows of a side without an answer."""
        return [row for row in side.rows if row.state == "failed"]

    def document(self) -> dict[str, Any]:
        """Returns all of it for JSON."""
        return {
            "rows": len(self.cases),
            "sides": [
                {
                    "name": side.name,
                    "roll": side.roll,
                    "scores": {name: self.score(side, name, ALL) for name in self.scorers},
                    "kinds": {
                        kind: {name: self.score(side, name, kind) for name in self.scorers}
                        for kind in self.kinds
                    },
                    "seconds": self._seconds(side),
                    "failed": [
                        {
                            "id": self.cases[row.position].id,
                            "picture": row.source.path,
                            "error": row.answer.error if row.answer else "",
                        }
                        for row in self.failed(side)
                    ],
                }
                for side in self.sides
            ],
        }

    def _seconds(self, side: Side) -> float:
        """Returns how long a row took on average."""
        return sum(answer.seconds for answer in side.answers) / max(len(side.rows), 1)

    def _places(self, kind: str) -> list[int]:
        return [at for at, case in enumerate(self.cases) if kind in (ALL, case.kind)]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines if line)
