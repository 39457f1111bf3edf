"""A simulated cohort: grade of the disc -> molecules of plasma vesicles. Nobody was measured.

It tests the method and plans sample sizes. Each assumption is a row of the evidence (`cohort_*`,
tier assumed), and the form is our choice: markers follow the grade through the whole body
(`response` a grade, up or down) and through the disc's own small share of the vesicles in plasma:

    log2 marker = abundance +- response g + log2(1 + share (fold^g - 1)) + patient + batch

g is the grade above the lowest one of the cohort.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.diagnose.settings import generator
from evdisc.diagnose.table import SIMULATED
from evdisc.errors import InputError, nearest
from evdisc.evidence.library import load

Array = NDArray[np.float64]
PREFIX = "cohort_"
MOST = 100_000
OUTCOME = "pfirrmann"


@dataclass(frozen=True)
class Generated:
    """A simulated cohort.

    Attributes:
        grades: (n,) grade of each patient.
        counts: (n, p) reads.
        markers: columns that follow the grade.
        signs: +1 or -1, which way each marker goes.
        used: assumption -> its value.
    """

    grades: NDArray[np.int64]
    counts: NDArray[np.int64]
    markers: NDArray[np.int64]
    signs: Array
    age: Array
    sex: NDArray[np.str_]
    batch: NDArray[np.int64]
    used: dict[str, float]
    seed: int

    @property
    def names(self) -> list[str]:
        """Names of the molecules; of no real one, since no marker is known."""
        return [f"simulated-{i + 1:03d}" for i in range(self.counts.shape[1])]


def assumptions(changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Medians of the `cohort_*` rows, some changed.

    Raises:
        InputError: no such assumption; offers the nearest.
    """
    library = load()
    used = {k: library.resolve(k).median for k in library.parameters if k.startswith(PREFIX)}
    for name, value in (changed or {}).items():
        key = name if name.startswith(PREFIX) else PREFIX + name
        if key not in used:
            raise InputError(
                "is no assumption of the cohort", key="--set", value=name,
                expected=" | ".join(used), nearest=nearest(key, used),
            )  # fmt: skip
        if not (np.isfinite(value) and value >= 0):
            raise InputError("is no assumption's value", key=name, value=value, expected=">= 0")
        used[key] = value
    return used


def shares(text: str) -> dict[int, float]:
    """Grades and their shares: ``1,2,3,4,5`` or ``2:3,4:1``.

    Raises:
        InputError: not of that form.
    """
    found: dict[int, float] = {}
    for part in text.split(","):
        grade, _, weight = part.partition(":")
        try:
            found[int(grade)] = float(weight or 1.0)
        except ValueError:
            found = {}
            break
    bad = any(not 0 < w < np.inf for w in found.values()) or any(not 0 <= g <= 10 for g in found)
    if len(found) < 2 or bad:
        raise InputError(
            "is no list of grades", key="--grades", value=text,
            expected="two grades or more, e.g. 1,2,3,4,5 or 2:3,4:1",
        )  # fmt: skip
    return dict(sorted(found.items()))


def simulate(
    patients: int, grades: Mapping[int, float], seed: int, batches: int = 1,
    changed: Mapping[str, float] | None = None,
) -> Generated:  # fmt: skip
    """Simulate a cohort.

    Raises:
        InputError: too few or too many patients, or an unknown assumption.
    """
    if not len(grades) <= patients <= MOST or not 1 <= batches <= patients:
        raise InputError(
            "cannot be simulated", key="--simulate", value=patients,
            expected=f"{len(grades)} to {MOST} patients in at most as many batches",
        )  # fmt: skip
    used = assumptions(changed)
    own = {k.removeprefix(PREFIX): v for k, v in used.items()}
    molecules = max(1, int(own["molecules"]))
    markers = np.sort(
        generator(seed, "cohort markers").permutation(molecules)[: int(own["markers"])]
    )
    signs = generator(seed, "cohort signs").choice([-1.0, 1.0], size=len(markers))
    grade = _dealt(patients, grades, seed)
    level = _levels(own, grade, molecules, markers, signs, seed)
    batch = generator(seed, "cohort batches").permutation(np.arange(patients) % batches)
    level += own["batch_shift"] * _normal(seed, "batch shift", (batches, molecules))[batch]
    age, sex = _people(own, grade, seed)
    counts = _reads(own, level, seed)
    return Generated(grade, counts, markers, signs, age, sex, batch, used, seed)


def _dealt(patients: int, grades: Mapping[int, float], seed: int) -> NDArray[np.int64]:
    weights = np.array(list(grades.values()))
    edges = np.round(np.cumsum(weights) / weights.sum() * patients).astype(int)
    sizes = np.diff(edges, prepend=0)
    return generator(seed, "cohort grades").permutation(np.repeat(list(grades), sizes))


def _levels(
    own: Mapping[str, float], grade: NDArray[np.int64], molecules: int,
    markers: NDArray[np.int64], signs: Array, seed: int,
) -> Array:  # fmt: skip
    """(n, p) log2 abundance of each molecule in each patient's vesicles."""
    level = own["abundance_spread"] * _normal(seed, "abundance", (1, molecules))
    level = level + own["patient_spread"] * _normal(seed, "patients", (len(grade), molecules))
    g = (grade - grade.min())[:, None] * 1.0
    from_disc = np.log2(1.0 + own["disc_share"] * (own["disc_fold"] ** g - 1.0))
    level[:, markers] += own["marker_response"] * g * signs + from_disc
    return np.asarray(level)


def _people(
    own: Mapping[str, float], grade: NDArray[np.int64], seed: int
) -> tuple[Array, NDArray[np.str_]]:
    spread = load().resolve("cohort_age")
    about = own["age"] + own["age_per_grade"] * (grade - grade.mean())
    # the 90 % range of the row is what patients of one grade span
    sd = (spread.high - spread.low) / 3.29
    age = np.clip(np.round(about + sd * _normal(seed, "age", grade.shape)), 18, 100)
    sex = generator(seed, "cohort sex").choice(np.array(["f", "m"]), size=len(grade))
    return age, sex


def _reads(own: Mapping[str, float], level: Array, seed: int) -> NDArray[np.int64]:
    """Negative binomial reads: gamma-distributed shares, Poisson counts."""
    row = load().resolve("cohort_library_size")
    spread = np.log(row.high / row.low) / 3.29
    library = own["library_size"] * np.exp(spread * _normal(seed, "library", (len(level), 1)))
    share = 2.0**level
    share /= share.sum(axis=1, keepdims=True)
    shape = 1.0 / max(own["dispersion"], 1e-9)
    random = generator(seed, "cohort reads")
    return random.poisson(library * share * random.gamma(shape, 1.0 / shape, size=share.shape))


def _normal(seed: int, name: str, size: Sequence[int]) -> Array:
    return generator(seed, f"cohort {name}").standard_normal(tuple(size))


def as_csv(cohort: Generated) -> str:
    """The cohort as text: a first line and a column say that it is simulated."""
    buffer = io.StringIO()
    stated = "; ".join(f"{k}={v:g}" for k, v in cohort.used.items())
    names = cohort.names
    told = ", ".join(names[i] for i in cohort.markers)
    buffer.write(f"# {SIMULATED} by evdisc {__version__}, seed {cohort.seed}: no measurement\n")
    buffer.write(f"# assumptions, all tier assumed: {stated}\n# markers: {told}\n")
    writer = csv.writer(buffer, lineterminator="\n")
    header = ["id", SIMULATED, OUTCOME, "age", "sex"]
    many = cohort.batch.max() > 0
    writer.writerow([*header, *(["batch"] if many else []), *names])
    for i, grade in enumerate(cohort.grades):
        batch = [f"b{cohort.batch[i] + 1}"] if many else []
        about = [f"P{i + 1:04d}", "yes", grade, f"{cohort.age[i]:g}", cohort.sex[i], *batch]
        writer.writerow([*about, *cohort.counts[i]])
    return buffer.getvalue()


def described(cohort: Generated) -> dict[str, object]:
    """A cohort as JSON, without its reads."""
    names = cohort.names
    return {
        "format": "evdisc-simulated-cohort/1", SIMULATED: True, "seed": cohort.seed,
        "patients": len(cohort.grades), "molecules": len(names), "outcome": OUTCOME,
        "markers": [names[i] for i in cohort.markers], "assumed": cohort.used,
        "grades": {str(g): int((cohort.grades == g).sum()) for g in np.unique(cohort.grades)},
    }  # fmt: skip
