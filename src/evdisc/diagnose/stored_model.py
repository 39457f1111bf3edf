"""A model in a file: a zip of one JSON description and one skops file a threshold. No pickle.

Format, version and checksums are read and checked before any model is built, and only the types
named here may be built.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.diagnose.candidates import Candidate, Cascade
from evdisc.diagnose.chosen import Chosen
from evdisc.diagnose.cohort import Cohort
from evdisc.diagnose.preparation import Preparation
from evdisc.errors import InputError

FORMAT = "evdisc-diagnosis-model/1"
DESCRIPTION = "model.json"
LARGEST = 500_000_000
#: what skops does not trust of itself and these models are made of
TRUSTED = frozenset((
    "sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
))  # fmt: skip


@dataclass(frozen=True)
class StoredModel:
    """A model as it is used.

    Attributes:
        low, high: (k,) range of the prepared panel in the training samples.
        card: what is known of it: performance, data, limits.
    """

    chosen: Chosen
    features: tuple[str, ...]
    outcome: str
    levels: tuple[str, ...]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    card: dict[str, Any]
    sklearn: str

    @property
    def panel(self) -> list[str]:
        """Names of the molecules the model holds."""
        return [self.features[i] for i in self.chosen.panel]


def model_of(chosen: Chosen, cohort: Cohort, card: dict[str, Any]) -> StoredModel:
    """A fitted procedure with what is needed to use it elsewhere."""
    import sklearn

    ready = chosen.prepared(cohort.values)
    return StoredModel(
        chosen, cohort.features, cohort.outcome.column, cohort.outcome.levels,
        ready.min(axis=0), ready.max(axis=0), card, sklearn.__version__,
    )  # fmt: skip


def to_bytes(model: StoredModel) -> bytes:
    """The file; the same bytes for the same model but for skops' own time stamps."""
    import skops.io

    preparation = model.chosen.preparation
    members = {
        f"threshold-{i + 1}.skops": skops.io.dumps(m)
        for i, m in enumerate(model.chosen.cascade.members) if not isinstance(m, float)
    }  # fmt: skip
    description = {
        "format": FORMAT, "evdisc": __version__, "sklearn": model.sklearn,
        "outcome": model.outcome, "levels": list(model.levels), "features": list(model.features),
        "preparation": {
            "kind": preparation.kind, **{k: getattr(preparation, k).tolist() for k in ARRAYS},
        },
        "picked": model.chosen.picked.tolist(), "low": model.low.tolist(),
        "high": model.high.tolist(),
        "candidate": {
            "family": model.chosen.candidate.family, "panel": model.chosen.candidate.panel,
            "strength": model.chosen.candidate.strength,
        },
        "constants": [m if isinstance(m, float) else None for m in model.chosen.cascade.members],
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
        "card": model.card,
    }  # fmt: skip
    buffer = io.BytesIO()
    text = json.dumps(description, sort_keys=True, allow_nan=False).encode()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in ((DESCRIPTION, text), *members.items()):
            file.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


ARRAYS = ("kept", "floor", "reference", "middle", "spread")


def read_model(path: Path) -> StoredModel:
    """Read a model.

    Raises:
        InputError: the file is missing, foreign, damaged, of another version, or holds a type that
            no evdisc model is made of.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("is too large for a model", file=path, expected="under 500 MB")
        with zipfile.ZipFile(path) as file:
            if sum(info.file_size for info in file.infolist()) > LARGEST:
                raise InputError("is too large for a model", file=path, expected="under 500 MB")
            parts = {info.filename: file.read(info) for info in file.infolist()}
    except OSError as error:
        raise InputError("cannot be read", file=path, advice=error.strerror) from None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError):
        raise _foreign(path) from None
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - zlib and zipfile raise many kinds on damaged files
        raise _damaged(path, str(error)) from None
    return _built(_description(parts, path), parts, path)


def _description(parts: dict[str, bytes], path: Path) -> dict[str, Any]:
    try:
        told = json.loads(parts[DESCRIPTION].decode("utf-8"))
    except (KeyError, ValueError):
        raise _foreign(path) from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        found = told.get("format") if isinstance(told, dict) else None
        raise InputError("has another format", file=path, value=found, expected=FORMAT)
    return told


def _built(told: dict[str, Any], parts: dict[str, bytes], path: Path) -> StoredModel:
    try:
        for name, digest in told["sha256"].items():
            if hashlib.sha256(parts[name]).hexdigest() != digest:
                raise _damaged(path, f"{name} does not match its checksum")
        members = tuple(
            _member(parts[f"threshold-{i + 1}.skops"], path) if c is None else float(c)
            for i, c in enumerate(told["constants"])
        )
        shape = told["preparation"]
        arrays = {k: np.array(shape[k], dtype=float) for k in ARRAYS}
        arrays["kept"] = np.array(shape["kept"], dtype=np.int64)
        chosen = Chosen(
            Preparation(shape["kind"], **arrays), np.array(told["picked"], dtype=np.int64),
            Candidate(**told["candidate"]), Cascade(members, len(told["levels"]) - 1),
        )  # fmt: skip
        return StoredModel(
            chosen, tuple(told["features"]), told["outcome"], tuple(told["levels"]),
            np.array(told["low"]), np.array(told["high"]), told["card"], told["sklearn"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise _damaged(path, str(error)) from None


def _member(data: bytes, path: Path) -> Any:
    import skops.io

    strange = sorted(set(skops.io.get_untrusted_types(data=data)) - TRUSTED)
    if strange:
        raise InputError(
            "holds a type no evdisc model is made of, so it was not opened", file=path,
            value=strange[0],
        )  # fmt: skip
    return skops.io.loads(data, trusted=sorted(TRUSTED))


def _foreign(path: Path) -> InputError:
    return InputError(
        "is no model of evdisc", file=path, expected="model.evdisc as `evdisc diagnose` writes it"
    )


def _damaged(path: Path, why: str) -> InputError:
    return InputError("is damaged", file=path, advice=why)
