"""Which columns are molecules the evidence or the naming rules of miRNA know."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from evdisc.cargo.molecules import known_cargo
from evdisc.evidence.library import load
from evdisc.evidence.names import fold

#: mature and precursor names as miRBase gives them
MIRNA = re.compile(
    r"^([a-z]{3}-)?(mir|let)-?\d+[a-z]*(-\d+)*(-[35]p)?(\.\d+(-[35]p)?)?\*?$", re.IGNORECASE
)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    library = load()
    words = {word for entity in library.entities.values() for word in entity.words}
    return frozenset(fold(word) for word in words | set(known_cargo(library)))


def unknown(columns: Iterable[str]) -> list[str]:
    """Columns that are neither a miRNA by name nor anything the evidence speaks of."""
    return [c for c in columns if not MIRNA.match(c) and fold(c) not in _words()]
