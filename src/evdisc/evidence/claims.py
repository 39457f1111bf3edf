"""Claims: signed, studied arrows between named things, and how much they weigh.

A claim belongs to one study, one cell type and one insult. Its weight is the probability
with which an ensemble member believes the arrow: a single study without loss-of-function
gets 0.5 at the median, loss-of-function raises it, and independent laboratories combine.
"""

from __future__ import annotations

from dataclasses import dataclass

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.parameters import TIERS
from evdisc.evidence.tables import Row

RELATIONS = (
    "delivers", "targets", "sponges", "activates", "inhibits", "phosphorylates", "regulates",
    "loads", "enriches", "raises yield", "associates",
)  # fmt: skip
PROOFS = (
    "reporter assay", "knock-down", "over-expression", "correlation", "title only", "inferred",
    "unknown",
)  # fmt: skip
#: proofs of background facts: taught everywhere, or drawn in a published network model
BACKGROUND_PROOFS = ("textbook", "published network")
TYPES = (
    "vesicle", "miRNA", "circRNA", "lncRNA", "mRNA", "antagomir", "protein", "organelle", "gene",
    "complex", "pathway", "process", "phenotype", "stimulus", "engineering", "drug", "material",
    "cell",
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """One row of claims.csv."""

    claim: str
    record: str
    chain: str
    step: str
    study: str
    tier: str
    via: str
    source: str
    source_type: str
    target: str
    target_type: str
    sign: int
    relation: str
    proof: str
    cell: str
    species: str
    parent_cell: str
    insult: str
    setting: str
    dose: str
    time: str
    effect: str
    note: str

    @property
    def edge(self) -> tuple[str, str, int]:
        """Source, target and sign."""
        return self.source, self.target, self.sign


def parse_claim(row: Row, file: object) -> Claim:
    """Check one table row.

    Raises:
        EvidenceError: with file, row and column of the first fault.
    """
    checks = {
        "tier": TIERS, "relation": RELATIONS, "proof": PROOFS, "source_type": TYPES,
        "target_type": TYPES, "sign": ("1", "+1", "-1", "0"),
    }  # fmt: skip
    for column, valid in checks.items():
        if row[column] not in valid:
            raise _fault(row, column, file, " | ".join(valid), nearest(row[column], valid))
    for column in ("claim", "study", "source", "target"):
        if not row[column]:
            raise _fault(row, column, file, "a name")
    if row["proof"] == "unknown" and int(row["sign"]) != 0:
        raise _fault(row, "sign", file, "0 where the proof is unknown")
    fields = {k: v for k, v in row.items() if k != "#"}
    return Claim(**(fields | {"sign": int(row["sign"])}))  # type: ignore[arg-type]


def parse_background(row: Row, file: object) -> Claim:
    """A background fact as a claim of record ``background``.

    Raises:
        EvidenceError: with file, row and column of the first fault.
    """
    row = row | {"claim": background_id(row)}
    checks = {"proof": BACKGROUND_PROOFS, "source_type": TYPES, "target_type": TYPES,
              "sign": ("1", "-1")}  # fmt: skip
    for column, valid in checks.items():
        if row[column] not in valid:
            raise _fault(row, column, file, " | ".join(valid), nearest(row[column], valid))
    for column in ("study", "source", "target"):
        if not row[column]:
            raise _fault(row, column, file, "a name")
    sign = int(row["sign"])
    return Claim(
        row["claim"], "background", "", "", row["study"],
        "assumed" if row["proof"] == "textbook" else "derived", "", row["source"],
        row["source_type"], row["target"], row["target_type"], sign,
        "activates" if sign > 0 else "inhibits", row["proof"], row["cell"], "", "", "", "in vitro",
        "", "", "", row["note"],
    )  # fmt: skip


def background_id(row: Row) -> str:
    """Stable id of a background fact."""
    arrow = ">" if row["sign"] == "1" else "|"
    cell = f"@{row['cell']}" if row["cell"] else ""
    added = "+" if row["source_type"] in ("stimulus", "drug") else ""
    return f"{row['study']}:{added}{row['source']}{arrow}{row['target']}{cell}"


def _fault(
    row: Row, column: str, file: object, expected: str, close: str | None = None
) -> EvidenceError:
    return EvidenceError(
        f"row {row['#']}, column {column}",
        file=file,
        key=row["claim"] or None,
        value=row[column],
        expected=expected,
        nearest=close,
    )
