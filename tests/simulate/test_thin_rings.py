"""Members whose nucleus ends close to the edge of the endplate: rings of micrometres."""

import pytest

from clusters import LEAST
from evdisc.evidence.library import load
from evdisc.study.variants import variants
from evdisc.study.worker import run_member
from studies import rat


@pytest.mark.parametrize("number", [1022, 1282])
def test_a_member_with_thin_rings_runs(number):
    study = rat(*LEAST, "numerics.first_step=6 h", "numerics.largest_step=12 h").spec
    treated = [v for v in variants(study) if v.arm == "treated"][:1]
    assert run_member(study, number, load(), treated)["status"] == "ok"
