"""A user's signed network as background facts of an overlay, its names brought to ours."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evdisc.errors import InputError
from evdisc.evidence.entities import find_entities
from evdisc.evidence.library import Library
from evdisc.evidence.tables import COLUMNS, Row

STUDY = re.compile(r"[a-z][a-z0-9_-]*")
#: mark of a source that is added to the dish, as our own exports write it
ADDED = "stimulus:"
#: what a name nobody knows is taken for
UNKNOWN_TYPE = "protein"
#: types a background fact may have at its ends, the first that fits
INNER = ("gene", "protein", "complex", "pathway", "process", "phenotype", "miRNA", "circRNA",
         "lncRNA", "mRNA")  # fmt: skip


def background_tables(
    edges: Sequence[tuple[str, str, int]], library: Library, study: str, *, doi: str = "",
    title: str = "", cell: str = "",
) -> tuple[dict[str, list[Row]], list[str]]:  # fmt: skip
    """Rows of the tables sources and background, and the names the evidence did not know.

    Args:
        edges: (source, target, sign).
        library: the evidence whose names are used where a name or synonym of it is given.
        study: id of the study, lower case.
        doi, title: of the study.
        cell: recipient cell the network is of; empty where it is of every disc cell.

    Raises:
        InputError: the study has no proper name, or it is one of the shipped evidence.
    """
    if not STUDY.fullmatch(study):
        raise InputError("not the name of a study", key="--study", value=study,
                         expected="lower-case letters and digits, e.g. li2025")  # fmt: skip
    if study in library.sources:
        raise InputError("the evidence has this study already", key="--study", value=study,
                         expected="a name of your own")  # fmt: skip
    types = _types(library)
    new: dict[str, None] = {}
    facts: dict[tuple[str, str, int], Row] = {}
    for source, target, sign in edges:
        ends = [_ours(name, library, types) for name in (source, target)]
        added = source.startswith(ADDED)
        for end in ends if not added else ends[1:]:
            if end not in types:
                new.setdefault(end)
        row = dict.fromkeys(COLUMNS["background"], "") | {
            "source": ends[0], "target": ends[1],
            "source_type": "stimulus" if added else types.get(ends[0], UNKNOWN_TYPE),
            "target_type": types.get(ends[1], UNKNOWN_TYPE), "sign": str(sign), "cell": cell,
            "study": study, "proof": "published network", "original_source": source,
            "original_target": target,
        }  # fmt: skip
        facts.setdefault((ends[0], ends[1], sign), row)
    told = dict.fromkeys(COLUMNS["sources"], "") | {
        "study": study, "title": title, "doi": doi, "note": "signed network of the user",
    }  # fmt: skip
    return {"sources": [told], "background": list(facts.values())}, list(new)


def _types(library: Library) -> dict[str, str]:
    """Type of each name the evidence uses within a cell."""
    found: dict[str, str] = {}
    for claim in (*library.background, *library.claims):
        for name, kind in ((claim.source, claim.source_type), (claim.target, claim.target_type)):
            if kind in INNER:
                found.setdefault(name, kind)
    return found


def _ours(name: str, library: Library, types: dict[str, str]) -> str:
    """Name as the evidence writes it, where it knows it."""
    name = name.removeprefix(ADDED)
    if name in types:
        return name
    known = [e.name for e in find_entities(name, library.entities.values()) if e.name in types]
    return known[0] if known else name
