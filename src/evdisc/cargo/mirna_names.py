"""miRNA names of any version of miRBase -> the current one, where that is certain.

Rules only: species prefix, case, spelling of the arm. What a rule cannot settle stays as it is
and is listed: a star (``miR-21*``) or a bare name does not say which arm it is, and ``mir-21``
in lower case is a hairpin by miRBase's convention. With a user's own miRBase FASTA the arm of a
name follows where only one is known.

Source of the convention: Ambros 2003 (doi:10.1261/rna.2183803) and the miRBase naming guide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

CURRENT = re.compile(
    r"^(?:(?P<species>[a-z]{3,4})-)?(?P<family>miR|let|bantam|lin|lsy)"
    r"(?:-(?P<number>[A-Za-z]*\d+[a-z]*(?:-\d+)*(?:-[35]p\.\d+)?))?(?:-(?P<arm>[35]p))?$"
)
LOOSE = re.compile(
    r"^(?:(?P<species>[a-z]{3,4})[-_. ])?(?P<family>mirna|microrna|mir|let)[-_. ]?"
    r"(?P<number>[a-z]*\d+[a-z]*(?:[-_.]\d+)*?)(?:[-_. ]?(?P<arm>[35]p))?(?P<star>\*)?$",
    re.IGNORECASE,
)
FAMILIES = {"let": "let", "mir": "miR", "mirna": "miR", "microrna": "miR"}


@dataclass(frozen=True)
class Named:
    """What became of one name.

    Attributes:
        given: as it stands in the table, blanks at its ends removed.
        name: the name used from here on.
        repair: what was done, empty where nothing was.
        doubt: why it is not certain what is meant, empty where it is.
    """

    given: str
    name: str
    repair: str = ""
    doubt: str = ""


def is_current(name: str) -> bool:
    """Whether a name follows the current convention (with or without species and arm)."""
    return CURRENT.match(name) is not None


def looks_like_mirna(name: str) -> bool:
    """Whether a name is one of a miRNA in any spelling."""
    return is_current(name) or LOOSE.match(name.strip()) is not None


def repaired(given: str, reference: Collection[str] = ()) -> Named:
    """A name brought to the current convention where that is certain.

    Args:
        given: a name.
        reference: current names of a species, such as those of a miRBase FASTA; with or without
            species prefix.
    """
    text = given.strip()
    if is_current(text):
        return _armed(Named(text, text), reference)
    found = LOOSE.match(text)
    if found is None:
        return Named(text, text, doubt="not a miRNA name")
    family = FAMILIES[found["family"].casefold()]
    species = f"{found['species'].casefold()}-" if found["species"] else ""
    number = re.sub(r"[_.]", "-", found["number"]).casefold()
    arm = f"-{found['arm'].casefold()}" if found["arm"] else ""
    if found["star"]:
        return Named(text, text, doubt="a star does not say which arm")
    gene = number.startswith("let") or (found["family"] in ("mir", "MIR", "Mir") and not arm)
    if gene:
        return Named(text, text, doubt="hairpin or gene, not a mature miRNA")
    name = f"{species}{family}-{number}{arm}"
    return _armed(Named(text, name, repair="spelling"), reference)


def _armed(named: Named, reference: Collection[str]) -> Named:
    """The name with its arm where the reference knows one arm only."""
    if not reference or re.search(r"-[35]p$", named.name) or named.name in reference:
        return named
    arms = [a for a in ("-5p", "-3p") if named.name + a in reference]
    if len(arms) == 1:
        return Named(named.given, named.name + arms[0], "arm: the only one known", named.doubt)
    if len(arms) > 1:
        return Named(named.given, named.name, named.repair, "both arms are known")
    return Named(named.given, named.name, named.repair, "not in the reference")


def names_of_fasta(text: str, species: str = "") -> frozenset[str]:
    """Mature names of a miRBase FASTA, with and without species prefix."""
    heads = (line[1:].split()[0] for line in text.split("\n") if line.startswith(">"))
    return with_and_without_species(h for h in heads if h.startswith(species))


def with_and_without_species(names: Iterable[str]) -> frozenset[str]:
    """Names as they stand, and without their species prefix."""
    own = list(names)
    return frozenset(own) | frozenset(h.partition("-")[2] for h in own)


def without_species(name: str) -> str:
    """Name without its species prefix."""
    found = CURRENT.match(name)
    return name[len(found["species"]) + 1 :] if found and found["species"] else name


def species_of(names: Iterable[str]) -> frozenset[str]:
    """Species prefixes that appear."""
    found = (CURRENT.match(n) for n in names)
    return frozenset(f["species"] for f in found if f and f["species"])
