"""Names behind the Tab key: which option takes which vocabulary. Part of the door.

Loaded only when a shell asks (`_EVDISC_COMPLETE` is set), so `evdisc --help` pays nothing. A name
is offered as it is written in the vocabulary, whatever its case; where none fits, the shell offers
files. Words of a closed choice stand here; the tests hold them to the code that reads them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

Words = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Offer:
    """One word, in the shape the shell classes of typer print."""

    value: str
    type: str = "plain"
    help: str | None = None


def vocabulary(kind: str) -> list[str]:
    """Canonical names of a kind (names.csv)."""
    from evdisc.evidence.names import names

    return names(kind)


def kinds_of_names() -> list[str]:
    """What `evdisc vocabulary` may be asked for."""
    from evdisc.evidence.names import kinds

    return kinds()


def types_of_entities() -> Iterable[str]:
    """Types either end of a claim may have."""
    from evdisc.evidence.claims import TYPES

    return TYPES


def column(table: str, name: str, types: frozenset[str] = frozenset()) -> list[str]:
    """Distinct words of a column of an evidence table; of entities, those of the given types."""
    from evdisc.evidence.tables import shipped

    rows = [r for r in shipped(table) if not types or types & set(r["types"].split("|"))]
    return list(dict.fromkeys(r[name] for r in rows if r[name]))


def checklists() -> list[str]:
    """Names of the checklists of `evdisc plan`."""
    from evdisc.report.checklists import names

    return names()


CELL, SPECIES, STIMULUS, READOUT, PRESET = (
    partial(vocabulary, kind)
    for kind in ("recipient_cell", "species", "stimulus", "readout", "preset")
)
RNA = frozenset({"miRNA", "mRNA", "lncRNA", "circRNA"})
CARGO: Words = partial(column, "entities", "name", RNA)
NODE: Words = partial(column, "background", "target")


def words(*choice: str) -> Words:
    """A closed choice."""
    return lambda: choice


# command -> parameter of it -> the words it takes
OFFERS: dict[str, dict[str, Words]] = {
    "dish": {"cell": CELL, "species": SPECIES, "stimulus": STIMULUS, "cargo": CARGO,
             "readout": READOUT, "why": NODE},
    "nutrition": {"disc": PRESET},
    "rank": {"disc": PRESET, "readout": READOUT, "by": words("product", "cargo"),
             "equal": words("dose", "cost", "given"), "therapies": words("atlas")},
    "explain": {"key": partial(column, "parameters", "key")},
    "vocabulary": {"kind": kinds_of_names, "keys": words("disc", "dish"),
                   "schema": words("disc", "dish")},
    "evidence list": {"cell": CELL, "study": partial(column, "claims", "study"),
                      "setting": words("in vitro", "ex vivo", "in vivo"),
                      "type_": types_of_entities},
    "evidence show": {"key": partial(column, "entities", "name")},
    "evidence export": {
        "form": words("csv", "json", "graphml", "sif", "indra", "bel", "jsonld")},
    "network check": {"cell": CELL},
    "network simulate": {"cell": CELL, "stimulus": STIMULUS, "cargo": CARGO, "readout": NODE},
    "network dose": {"cell": CELL, "stimulus": STIMULUS, "readout": NODE},
    "network export": {"cell": CELL, "stimulus": STIMULUS, "cargo": CARGO},
    "network import": {"cell": CELL},
    "manufacture": {"platform": partial(vocabulary, "platform"),
                    "isolation": partial(vocabulary, "isolation")},
    "plan": {"checklist": checklists, "outcome": READOUT,
             "unit": words("level", "animal", "donor")},
    "fit": {"under": words("both", "stoichiometric", "potency")},
    "study next": {"readout": READOUT},
    "study optimise": {"readout": READOUT, "over": words("dose", "volume", "carrier", "schedule"),
                       "against": words("untreated", "carrier")},
    "vesicles import": {"cell": partial(vocabulary, "parent_cell"),
                        "isolation": partial(vocabulary, "isolation")},
    "cargo import": {"kind": words("mirna", "protein"),
                     "method": words("tmm", "upper-quartile", "none")},
    "cargo report": {"kind": words("mirna", "protein")},
    "cargo targets": {"species": words("human", "rat", "mouse"),
                      "mirna": partial(column, "entities", "name", frozenset({"miRNA"}))},
    "diagnose": {"values": words("auto", "counts", "positive", "plain"),
                 "models": words("all", "penalised", "quick")},
}  # fmt: skip


def answer() -> None:
    """Answer the shell: the command line with its names attached, asked for completions."""
    from typer.main import get_command

    from evdisc.cli import app

    command = get_command(app)
    for path, parameter in parameters(command):
        if (found := OFFERS.get(path, {}).get(parameter.name)) is not None:
            parameter.shell_complete = partial(offered, found)
    command(prog_name="evdisc")


def parameters(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every parameter of every command, with the words that call the command."""
    for name, child in getattr(command, "commands", {}).items():
        yield from parameters(child, f"{path} {name}".strip())
    for parameter in command.params:
        yield path, parameter


def offered(found: Words, context: Any, incomplete: str) -> list[Offer]:
    """The words that begin as ``incomplete`` does."""
    begun = incomplete.casefold()
    return [Offer(written(w)) for w in found() if w.casefold().startswith(begun)]


def written(word: str) -> str:
    """``word`` as bash must see it: blanks escaped, unless the user has opened a quotation.

    The other shells quote by themselves.
    """
    line = os.environ.get("COMP_WORDS", "")
    if os.environ.get("_EVDISC_COMPLETE") != "complete_bash" or "'" in line or '"' in line:
        return word
    return word.replace(" ", "\\ ")
