"""A posterior as a file: members of a prior ensemble with weights, and how a study draws from it.

    member m of a study = the first whose cumulative weight is above (u + m golden) mod 1
    golden = (sqrt(5) - 1) / 2

A member of a study with a posterior is a member of the ensemble that was fitted, with all its
draws. Members follow the golden-ratio sequence from a drawn start u through the cumulative weights,
so that any number of first members is an even sample, an ensemble extends, and any member re-runs
alone. Our choice of a sequence.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evdisc import __version__
from evdisc.errors import EvidenceError
from evdisc.evidence.tables import data_hash
from evdisc.protocol.specs import EnsembleSpec
from evdisc.simulate.draws import MemberDraws

FORMAT = "evdisc-posterior/1"
KEY = "ensemble.posterior"
#: fractional part of the golden ratio: its multiples fill (0, 1) most evenly
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class Posterior:
    """A posterior as read.

    Attributes:
        content: all the file says.
        seed: seed of the ensemble that was fitted.
        members: (n,) its members.
        cumulative: (n,) their weights, summed up; the last is 1.
        digest: SHA-256 of the content.
    """

    content: Mapping[str, Any]
    seed: int
    members: NDArray[np.int64]
    cumulative: NDArray[np.float64]
    digest: str

    def at(self, share: float) -> int:
        """The member at a share of the weights in [0, 1)."""
        place = int(np.searchsorted(self.cumulative, share, side="right"))
        return int(self.members[min(place, len(self.members) - 1)])


def member_draws(ensemble: EnsembleSpec, member: int) -> MemberDraws:
    """The draws of a member: its own, or those of the member of the posterior it stands for.

    Raises:
        EvidenceError: the posterior cannot be used.
    """
    if ensemble.posterior is None:
        return MemberDraws(ensemble.seed, member)
    found = read_posterior(Path(ensemble.posterior))
    start = MemberDraws(ensemble.seed, 0)("member of the posterior")
    return MemberDraws(found.seed, found.at((start + member * GOLDEN) % 1.0))


def read_posterior(path: Path) -> Posterior:
    """Read a posterior; kept until the file changes.

    Raises:
        EvidenceError: it is missing, damaged, of an unknown format or of another version.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise EvidenceError("posterior not found", key=KEY, value=str(path),
                            expected="a file of `evdisc fit`") from error  # fmt: skip
    return _read(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int, size: int) -> Posterior:
    try:
        content = json.loads(path.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError("no mapping")
    except (OSError, ValueError) as error:
        raise _refused(path, "is damaged or no file of `evdisc fit`") from error
    if content.get("format") != FORMAT:
        raise EvidenceError("has an unknown format", file=path, key=KEY,
                            value=content.get("format"), expected=FORMAT)  # fmt: skip
    if content.get("evdisc") != __version__:
        raise _refused(path, f"was fitted by evdisc {content.get('evdisc')}, this is {__version__}")
    digest = content.pop("sha256", None)
    if digest != digest_of(content):
        raise _refused(path, "is damaged: its content does not match its checksum")
    weights = np.array(content["weights"], dtype=np.float64)
    cumulative = np.cumsum(weights) / weights.sum()
    members = np.array(content["members"], dtype=np.int64)
    return Posterior(content, int(content["seed"]), members, cumulative, str(digest))


def _refused(path: Path, why: str) -> EvidenceError:
    return EvidenceError(why, file=path, key=KEY, advice="fit again with `evdisc fit`")


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of a posterior without its checksum."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def evidence_hash(overlays: Sequence[bytes]) -> str:
    """SHA-256 over the shipped evidence and a protocol's overlays."""
    body = [data_hash(), *(hashlib.sha256(text).hexdigest() for text in overlays)]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def require_evidence(ensemble: EnsembleSpec, overlays: Sequence[bytes]) -> None:
    """Refuse a posterior that was fitted to other evidence: its members would be others.

    Raises:
        EvidenceError: it was, or it cannot be read.
    """
    if ensemble.posterior is None:
        return
    path = Path(ensemble.posterior)
    if read_posterior(path).content["evidence"] != evidence_hash(overlays):
        raise _refused(path, "was fitted to other evidence (shipped tables or overlays differ)")


def posterior_hash(ensemble: EnsembleSpec, overlays: Sequence[bytes]) -> str:
    """What a study's fingerprint holds of its posterior: all the file says.

    Raises:
        EvidenceError: see :func:`require_evidence`.
    """
    require_evidence(ensemble, overlays)
    assert ensemble.posterior is not None
    return read_posterior(Path(ensemble.posterior)).digest


def posterior_notes(ensemble: EnsembleSpec) -> list[str]:
    """What a result says of the posterior its members come from."""
    if ensemble.posterior is None:
        return []
    found = read_posterior(Path(ensemble.posterior)).content
    every = range(ensemble.members)
    distinct = len({member_draws(ensemble, m).member for m in every})
    return [
        f"members come from the posterior of {found['data']} (about {found['ess']:.0f} independent "
        f"members, fitted under {found['under']}); {distinct} of {ensemble.members} differ"
    ]
