"""Settings of a diagnosis, seeded randomness, and the packages it needs."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass, replace

import numpy as np

from evdisc.errors import MissingExtraError

NEEDED = {"sklearn": "scikit-learn", "skops": "skops", "statsmodels": "statsmodels"}


@dataclass(frozen=True)
class Settings:
    """How a table is judged.

    Attributes:
        folds, inner: folds of the outer and of the inner cross-validation.
        repeats: times the outer cross-validation is repeated with other folds.
        permutations: relabelled tables behind the p value; 0 for none.
        panel: molecules the model may hold; 0 lets the inner folds choose.
        models: ``all``, ``penalised`` (logistic models alone) or ``quick`` (those of one penalty).
        seed: seed of every random choice.
        jobs: processes; numbers do not depend on it.
    """

    folds: int = 5
    inner: int = 3
    repeats: int = 4
    permutations: int = 100
    panel: int = 0
    models: str = "all"
    seed: int = 1
    jobs: int = 1

    def quick(self, repeats: int) -> Settings:
        """The same for a procedure that is repeated many times."""
        return replace(self, models="quick", inner=2, repeats=repeats, jobs=1)


def generator(seed: int, identity: str) -> np.random.Generator:
    """Random numbers that belong to a seed and a name: Philox, keyed by both."""
    word = int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little")
    return np.random.Generator(np.random.Philox(key=[seed % 2**64, word]))


def require_extra() -> None:
    """Check that the packages of the `diagnose` extra are there.

    Raises:
        MissingExtraError: one is not.
    """
    for module, package in NEEDED.items():
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError(package, "diagnose")
