"""What no therapy may do: outrun the turnover of a human disc; what needle and gel do alone."""

import numpy as np
import pytest

import studies
from evdisc.evidence.library import load
from evdisc.simulate import disc
from evdisc.simulate.timeline import Event
from evdisc.study.worker import draw

LIBRARY = load()
WEEKS_8 = 56.0 / 365.25  # years
HUMAN = studies.document(
    disc={"preset": "human-lumbar", "grade": 3, "living_fraction": 0.7},
    therapy={
        "vesicle": {"source": {"cell": "BMSC"}},
        "delivery": {"dose": "1e11 particles", "volume": "1 mL", "schedule": ["1 d"]},
    },
    duration="56 d", numerics={"radial_cells": 12, "axial_cells": 8, "largest_step": "1 d"},
).spec  # fmt: skip


@pytest.mark.parametrize("hypothesis", ["stoichiometric", "potency"])
@pytest.mark.parametrize("number", range(4))
def test_gag_of_a_human_disc_gains_less_in_eight_weeks_than_turnover_times_synthesis(
    number, hypothesis
):
    member = draw(HUMAN, number, LIBRARY)
    values = member.values
    turnover = values.number("gag_turnover", region="NP") * 365.25 * 86400.0
    healthy = LIBRARY.resolve("gag_turnover", species="human", region="NP").median
    assert healthy * 365.25 * 86400.0 == pytest.approx(0.059, rel=1e-6)
    for name in ("treated", "untreated"):
        run = disc.run_arm(HUMAN, member, name, hypothesis)
        gag, aggrecan = run.series["gag|NP"], run.series["activity:ACAN|NP"]
        synthesis = float(aggrecan.max() / aggrecan[0])
        most = values.number("most_osmolality_synthesis", region="NP")
        assert gag.max() - gag[0] <= turnover * WEEKS_8 * max(synthesis, 1.0) * most
        # at the median turnover about 0.9 % at the healthy rate and 2.7 % at three times it
        assert synthesis < 3.0
        assert gag.max() - gag[0] < 0.027 * max(turnover / 0.059, 1.0) * most


def test_the_vehicle_is_the_untreated_disc_punctured_once_more():
    study = studies.rat().spec
    member = draw(study, 0, LIBRARY)
    injected = disc.run_arm(study, member, "vehicle", "stoichiometric")
    ready = disc.prepared(study, member, "untreated", "stoichiometric")
    needle = disc.needle(member.values, int(member.values.number("injection_gauge")))
    time = study.therapy.delivery.schedule[0]
    punctures = [e for e in ready.events if e.kind == "puncture"]
    assert len(punctures) == 1
    twice = disc.execute(
        ready.assembly, ready.setting,
        [*ready.events, Event(time, "puncture", (needle, float(study.therapy.delivery.sector)))],
        injected.times, first_step=study.numerics.first_step,
        largest_step=study.numerics.longest_step(study.duration),
        restarts=(time,), injuries=[e.time for e in ready.events],
    )  # fmt: skip
    for name in ("height_ratio", "gag|NP", "living_cells|NP", "annulus_integrity", "il_1beta|NP"):
        np.testing.assert_allclose(injected.series[name], twice.series[name], rtol=1e-9)
    untreated = disc.run_arm(study, member, "untreated", "stoichiometric")
    before = injected.times <= time
    for name in ("height_ratio", "living_cells|NP"):
        here, there = injected.series[name], untreated.series[name]
        assert np.array_equal(here[before], there[before])
        assert here[-1] < there[-1]


def test_a_gel_without_vesicles_has_an_effect_of_its_own():
    study = studies.rat("therapy.delivery.carrier=GelMA", "compare=[vehicle,carrier]").spec
    member = draw(study, 1, LIBRARY)
    vehicle, gel, treated = (
        disc.run_arm(study, member, name, "stoichiometric").series["height_ratio"][-1]
        for name in ("vehicle", "carrier", "treated")
    )
    assert gel > vehicle + 1e-4
    # and what the vesicles add is told apart from it
    assert abs(treated - gel) < abs(gel - vehicle)
