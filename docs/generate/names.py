"""Vocabulary and units as pages: the names a protocol may use, and how quantities are written."""

from __future__ import annotations

from collections.abc import Iterator

from evdisc.evidence.names import kinds
from evdisc.evidence.names import table as names
from evdisc.evidence.units_si import SI
from evdisc.units import BARE, KINDS, PLAIN
from generate.markdown import plain, table


def pages(_: object) -> Iterator[tuple[str, str]]:
    """Vocabulary and units: path and Markdown."""
    yield "vocabulary.md", vocabulary()
    yield "units.md", units()


def vocabulary() -> str:
    """Every canonical name with its synonyms, kind by kind."""
    parts = ["# Vocabulary", VOCABULARY_TEXT]
    for kind in kinds():
        rows = [
            [plain(n.name), plain(", ".join(n.synonyms)),
             plain(n.unit_kind.replace("_", " ")), plain(n.note)]
            for n in names() if n.kind == kind
        ]  # fmt: skip
        header = ["name", "also understood", "dosed as", "note"]
        used = [i for i, title in enumerate(header) if i == 0 or any(r[i] for r in rows)]
        parts.append(f"## {plain(kind.replace('_', ' ').capitalize())}")
        parts.append(table([header[i] for i in used], ([r[i] for i in used] for r in rows)))
    return "\n\n".join(parts)


VOCABULARY_TEXT = """
The names a protocol and the command line understand. Case, spaces, hyphens and the spelling of
Greek letters do not matter: `IL-1β`, `il1beta` and `IL-1 beta` are one name. A misspelt name is
refused with the nearest one. `evdisc vocabulary KIND` prints the same.
"""


def units() -> str:
    """Kinds of quantities, and the units that are understood."""
    kind_rows = [
        [plain(name.replace("_", " ")), f"`{kind.example}`", plain(kind.unit),
         "yes" if name in BARE else "no", plain(_bounds(kind.lower, kind.upper))]
        for name, kind in KINDS.items()
    ]  # fmt: skip
    plain_rows = [[f"`{u}`", plain(si), f"{factor:g}"] for u, (si, factor) in PLAIN.items()]
    table_rows = [[f"`{u}`", plain(si), f"{factor:.4g}"] for u, (si, factor) in SI.items()]
    return "\n\n".join([
        "# Units", UNIT_TEXT,
        "## Quantities",
        table(["quantity", "written as", "inside", "bare number", "bounds"], kind_rows),
        "## Units laboratories write", PLAIN_TEXT, table(["unit", "SI unit", "factor"], plain_rows),
        "## Units of evidence tables", SI_TEXT, table(["unit", "SI unit", "factor"], table_rows),
    ])  # fmt: skip


def _bounds(low: float, high: float) -> str:
    return f"{low:g} and up" if high == float("inf") else f"{low:g} to {high:g}"


UNIT_TEXT = """
A quantity is written with its unit. It is read once, where it comes in; inside, every number is
in SI units. A number without a unit is refused unless its meaning is plain.

**Is a dose in particles or in protein?**<br>`1e8 particles` counts vesicles. `100 ug` (`evdisc
manufacture --dose`) weighs protein, and is turned into vesicles by the purity of the isolation,
which is uncertain.

**Why is `5` refused for glucose?**<br>It might be mM or mg/dL. Write `5 mM`.

**Is uL the same as µL?**<br>Yes. `um` is µm too.

**What is `21 %`?**<br>The same as `0.21`.

**Why is the dose of a dish per mL?**<br>Vesicles in a dish are a concentration, `1e9
particles/mL`; in a disc they are counted, `1e8 particles`, with the injected volume beside them.

**What is a gauge?**<br>A needle size; its outer diameter is a row of the evidence (`evdisc
explain needle_diameter`).

**How are cells counted?**<br>In a disc per volume of tissue, in a dish per volume of medium, as
`1e6 cells/mL`.

**Which pressure unit for oxygen?**<br>In a disc `kPa`, in a dish the fraction of the gas above
it, `5 %`.
"""
PLAIN_TEXT = (
    "These are looked up. Others, such as `month`, `mmHg` or `degC`, go through the library pint."
)
SI_TEXT = "Columns of `unit` in the parameters, in your overlays too, take these and no others."
