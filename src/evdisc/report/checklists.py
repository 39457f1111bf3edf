"""Checklists of reporting: items in our own words, filled as far as anything is known.

An item without an answer is a question, never an invented fact. ``filled(name, answers)`` is the
door for every room above: answers are keyed by item or by field, so that one fact (the isolation,
say) answers the items of several lists.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from evdisc.errors import InputError, nearest

FORMAT = "evdisc-checklist/1"
COLUMNS = ("checklist", "item", "section", "level", "question", "field", "source", "checked",
           "note")  # fmt: skip
METRIC = "EV-TRACK"
MAY_NOT_APPLY = "component or not applicable"
NOT_APPLICABLE = "not applicable"
#: what a list is called beside its name
SHORT = {
    "misev": "MISEV2023", "evtrack": "EV-TRACK", "ev-metric": "EV-TRACK", "arrive": "ARRIVE 2.0",
    "miflowcyt": "MIFlowCyt-EV", "miblood": "MIBlood-EV", "tripod": "TRIPOD+AI",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One item, in the columns of the table."""

    checklist: str
    item: str
    section: str
    level: str
    question: str
    field: str
    source: str
    wording: str
    note: str

    @property
    def checked(self) -> bool:
        """Whether the wording was held against the source."""
        return self.wording == "yes"


@dataclass(frozen=True)
class Answer:
    """What is known; ``missing`` is what an item still wants beside it."""

    text: str
    missing: str = ""


@dataclass(frozen=True)
class Filled:
    """An item with its answer. ``status``: answered, partly, open or not applicable."""

    item: Item
    status: str
    answer: str
    missing: str


@lru_cache(maxsize=1)
def items() -> tuple[Item, ...]:
    """All items of all checklists, in order."""
    text = resources.files("evdisc.report").joinpath("data/checklists.csv").read_text("utf-8")
    header, *rows = csv.reader(text.splitlines(), strict=True)
    assert tuple(header) == COLUMNS
    return tuple(Item(*row) for row in rows)


def names() -> list[str]:
    """Names of the checklists."""
    return list(dict.fromkeys(i.checklist for i in items()))


def checklist(name: str) -> str:
    """Canonical name of a checklist.

    Raises:
        InputError: no such checklist; offers the nearest.
    """
    folded = {_fold(n): n for n in names()} | {_fold(s): n for s, n in SHORT.items()}
    if _fold(name) not in folded:
        close = nearest(name, [*names(), *SHORT])
        raise InputError(
            "no such checklist", key="--checklist", value=name, expected=" | ".join(names()),
            nearest=SHORT.get(close, close) if close else None,
        )  # fmt: skip
    return folded[_fold(name)]


def _fold(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def filled(name: str, answers: Mapping[str, str | Answer]) -> list[Filled]:
    """Items of a checklist with their answers; an item's own key goes before its field's.

    Raises:
        InputError: no such checklist, or an answer the item does not take.
    """
    own = [i for i in items() if i.checklist == checklist(name)]
    return [_filled(i, answers.get(i.item, answers.get(i.field, ""))) for i in own]


def _filled(item: Item, given: str | Answer) -> Filled:
    answer = Answer(given.strip()) if isinstance(given, str) else given
    if answer.text.casefold() == NOT_APPLICABLE:
        if item.checklist == METRIC and item.level != MAY_NOT_APPLY:
            raise InputError(
                "always applies", key=f"{METRIC} {item.item}", value=answer.text,
                expected="yes | no",
            )  # fmt: skip
        return Filled(item, NOT_APPLICABLE, "", "")
    if item.checklist == METRIC and answer.text.casefold() not in ("", "yes", "no"):
        raise InputError(
            "is no answer to a component", key=f"{METRIC} {item.item}", value=answer.text,
            expected=f"yes | no | {NOT_APPLICABLE}", nearest=nearest(answer.text, ("yes", "no")),
        )  # fmt: skip
    status = "open" if not answer.text else "partly" if answer.missing else "answered"
    return Filled(item, status, answer.text, answer.missing)


def ev_metric(components: Sequence[Filled]) -> dict[str, Any]:
    """EV-METRIC in percent: components fulfilled over those that apply.

    ``score`` counts an open component as not fulfilled, ``highest`` as fulfilled. It says how
    much is reported, and nothing of how good the vesicles are.
    """
    applicable = [c for c in components if c.status != NOT_APPLICABLE]
    done = sum(c.answer.casefold() == "yes" for c in applicable)
    still = sum(c.status == "open" for c in applicable)
    return {
        "fulfilled": done, "applicable": len(applicable), "open": still,
        "score": 100.0 * done / len(applicable),
        "highest": 100.0 * (done + still) / len(applicable),
    }  # fmt: skip


def summary(name: str, done: Sequence[Filled]) -> dict[str, Any]:
    """Counts of a filled checklist, and its EV-METRIC where it is EV-TRACK's."""
    out: dict[str, Any] = {
        status.replace(" ", "_"): sum(f.status == status for f in done)
        for status in ("answered", "partly", "open", NOT_APPLICABLE)
    }
    out |= {"checklist": name, "items": len(done), "checked": sum(f.item.checked for f in done)}
    return out | ({"ev_metric": ev_metric(done)} if name == METRIC else {})


def as_json(name: str, done: Sequence[Filled]) -> dict[str, Any]:
    """A filled checklist as one JSON object."""
    rows = [
        asdict(f.item) | {"checked": f.item.checked, "status": f.status, "answer": f.answer,
                          "still_open": f.missing}
        for f in done
    ]  # fmt: skip
    return {"format": FORMAT, **summary(name, done), "rows": rows}


HEADER = ("item", "section", "level", "question", "status", "answer", "still open", "source",
          "checked", "note")  # fmt: skip


def as_csv(done: Sequence[Filled]) -> str:
    """A filled checklist as CSV; the answers filled in there can be read back."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    for f in done:
        i = f.item
        answer = f.answer or (NOT_APPLICABLE if f.status == NOT_APPLICABLE else "")
        writer.writerow([i.item, i.section, i.level, i.question, f.status, answer, f.missing,
                         i.source, "yes" if i.checked else "no", i.note])  # fmt: skip
    return buffer.getvalue()


def read_answers(path: Path, name: str) -> dict[str, str | Answer]:
    """Answers a person filled into an exported checklist (columns ``item`` and ``answer``).

    Raises:
        InputError: the file cannot be read, lacks a column, or names an item the list has not.
    """
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("cannot be read as a CSV table", file=path, advice=str(error)) from None
    for column in ("item", "answer"):
        if not rows or column not in rows[0]:
            raise InputError(f"has no column '{column}'", file=path, expected="item and answer")
    valid = [i.item for i in items() if i.checklist == checklist(name)]
    out: dict[str, str | Answer] = {}
    for line, row in enumerate(rows, start=2):
        key, text = (row["item"] or "").strip(), (row["answer"] or "").strip()
        if key not in valid:
            raise InputError(
                f"is no item of {checklist(name)}", file=path, line=line, value=key,
                expected=" | ".join(valid[:12]), nearest=nearest(key, valid),
            )  # fmt: skip
        missing = (row.get("still open") or "").strip()
        if text:
            out[key] = Answer(text, missing)
    return out
