from functools import cache

import numpy as np
import pytest

import studies
from evdisc.errors import RunError
from evdisc.evidence.library import load
from evdisc.mechanism.contract import REGIONS
from evdisc.simulate import disc
from evdisc.simulate.assemble import assemble, in_bounds
from evdisc.simulate.mechanisms import DISC
from evdisc.simulate.record import Recorder
from evdisc.study.worker import draw


@cache
def library():
    return load()


def arm(protocol, name, member=0, hypothesis="stoichiometric", believe_all=False):
    study = protocol.spec
    return disc.run_arm(study, draw(study, member, library()), name, hypothesis, believe_all)


def same(a, b):
    return all(np.array_equal(a.series[k], b.series[k]) for k in a.series if "cargo" not in k)


@pytest.mark.parametrize("member", range(6))
def test_vesicle_balance_closes(member):
    run = arm(studies.rat("therapy.delivery.schedule=[1 d, 2 d, 4 d]"), "treated", member)
    assert run.balance["injected"] == 3e8
    assert abs(run.balance["error"]) < 1e-8
    assert run.balance["leaked"] > 0
    assert run.balance["taken_up"] > 0


@pytest.mark.parametrize("together", [1, 2**20])
def test_records_are_means_over_regions_by_volume(together, monkeypatch):
    monkeypatch.setattr("evdisc.simulate.record.TOGETHER", together)
    study = studies.rat().spec
    ready = disc.prepared(study, draw(study, 0, library()), "treated", "stoichiometric")
    state, setting = ready.assembly.state, ready.setting
    recorder = Recorder(ready.assembly, setting, REGIONS, [0.0, 1.0, 2.0], [], {})
    rng, seen = np.random.default_rng(4), []
    sharing = setting.sharing
    sharing.share[:] = rng.uniform(0.0, 1.0, setting.shape)  # cells between two networks
    first = [np.flatnonzero(setting.patch_region == c)[0] for c in range(len(REGIONS))]
    inside = setting.patch_of >= 0
    sharing.second[inside] = np.array(first)[setting.region[inside]]
    for now in range(3):
        ready.assembly.flat[:] = rng.uniform(0.1, 0.9, ready.assembly.flat.size)
        recorder.look(float(now))
        seen.append({name: array.copy() for name, array in state.items()})
    series = recorder.series()
    for now, at in enumerate(seen):
        for c, region in enumerate(REGIONS):
            weight = setting.volume * (setting.region == c)
            for name in ("gag", "ph", "living_cells"):
                expected = (at[name] * weight).sum() / weight.sum()
                assert series[f"{name}|{region}"][now] == pytest.approx(expected)
            inside = setting.region == c
            own, other, w = (field[inside] for field in sharing)
            node = (1.0 - w) * at["activity"][5][own] + w * at["activity"][5][other]
            expected = (node * setting.volume[inside]).sum() / setting.volume[inside].sum()
            assert series[f"activity:{setting.nodes[5]}|{region}"][now] == pytest.approx(expected)
            assert series[f"volume_ratio|{region}"][now] == at["volume_ratio"][c]
        assert series["height_ratio"][now] == at["height_ratio"][0]
        assert series["annulus_integrity:weakest"][now] == at["annulus_integrity"].min()
    state["gag"][2, 3] = np.nan
    with pytest.raises(RunError, match="gag is not finite"):
        recorder.look(1.0)


def test_dose_zero_is_the_vehicle_exactly():
    nothing = arm(studies.rat("therapy.delivery.dose=0 particles"), "treated")
    assert same(nothing, arm(studies.rat(), "vehicle"))


def test_the_untreated_arm_knows_nothing_of_the_therapy_but_when_it_is_given():
    beside = arm(studies.rat(), "untreated")
    other = arm(studies.rat("therapy.delivery.dose=1e6 particles"), "untreated")
    for name in beside.series:
        assert np.array_equal(other.series[name], beside.series[name]), name
    # arms that are compared step alike, so one alone is the same but for the error of its steps
    alone = arm(studies.rat("therapy=none"), "untreated")
    for name in ("height_ratio", "gag|NP", "living_cells|NP", "annulus_integrity"):
        np.testing.assert_allclose(alone.series[name], beside.series[name], rtol=2e-3)


def test_a_healthy_disc_without_injury_stays_healthy():
    run = arm(studies.rat("therapy=none", "disc.insult={}"), "untreated")
    for name in ("height_ratio", "gag|NP", "gag|AF", "annulus_integrity"):
        np.testing.assert_allclose(run.series[name], 1.0, atol=2e-3, err_msg=name)
    cells = run.series["living_cells|NP"]
    np.testing.assert_allclose(cells, cells[0], rtol=1e-3)


def test_puncture_lowers_height_cells_and_integrity_at_once():
    run = arm(studies.rat("therapy=none"), "untreated", believe_all=True)
    assert run.series["annulus_integrity"][1] < 0.95
    assert run.series["height_ratio"][1] < run.series["height_ratio"][0]
    assert run.series["living_cells|NP"][1] < run.series["living_cells|NP"][0]


def test_a_wider_needle_does_more_harm():
    thin, wide = (
        arm(studies.rat("therapy=none", f"disc.insult.puncture.gauge={g}"), "untreated")
        for g in (27, 18)
    )
    assert wide.series["annulus_integrity"][-1] < thin.series["annulus_integrity"][-1]
    assert wide.series["height_ratio"][-1] < thin.series["height_ratio"][-1]


def test_miR_21_in_great_numbers_acts_through_pten_and_akt():
    many = studies.rat("therapy.vesicle.cargo.0.copies_per_vesicle=1e5")
    treated, vehicle = (arm(many, name, 0, believe_all=True) for name in ("treated", "vehicle"))
    after = treated.times > 3 * 86400
    for node, sign in (("PTEN", -1), ("PI3K/Akt", 1), ("apoptosis", -1)):
        moved = treated.series[f"activity:{node}|NP"] - vehicle.series[f"activity:{node}|NP"]
        assert np.all(sign * moved[after] > 0), node
    assert treated.series["apoptotic_cells|NP"][-1] < vehicle.series["apoptotic_cells|NP"][-1]


def test_the_two_hypotheses_share_transport_and_differ_in_effect():
    copies, vesicles = (
        arm(studies.rat(), "treated", 0, h, True) for h in ("stoichiometric", "potency")
    )
    # what cells take up later depends on how they fare, which the hypotheses do not share
    entered = [run.series["vesicles_entered|NP"] for run in (copies, vesicles)]
    soon = np.flatnonzero(entered[0])[1]
    assert entered[0][soon] == pytest.approx(entered[1][soon], rel=1e-2)
    assert entered[0][-1] == pytest.approx(entered[1][-1], rel=2e-2)
    strong = vesicles.series["cargo_strength:miR-21-5p|NP"].max()
    assert strong > 10 * copies.series["cargo_strength:miR-21-5p|NP"].max()


@pytest.mark.parametrize("member", range(4))
def test_no_state_leaves_its_bounds(member):
    study = studies.rat().spec
    one = draw(study, member, library())
    run = disc.run_arm(study, one, "treated", "potency", True)
    for name, column in run.series.items():
        assert np.isfinite(column).all(), name
        assert column.min() >= -1e-12 * max(1.0, np.abs(column).max()), name


def test_halving_the_steps_changes_height_by_less_than_a_tenth_of_a_point():
    for member in range(5):
        coarse, fine = (
            arm(studies.rat(*steps, "duration=20 d"), "treated", member, "potency", True)
            for steps in (
                (),
                ("numerics.first_step=10 min", "numerics.largest_step=90 min"),
            )
        )
        moved = 100 * np.abs(coarse.series["height_ratio"] - fine.series["height_ratio"])
        assert moved.max() < 0.1, member


def test_in_bounds_names_the_state_that_is_not_finite():
    assert in_bounds({"glucose": np.array([1.0])}) is None
    assert "glucose is not finite" in str(in_bounds({"glucose": np.array([np.nan])}))
    assert "annulus_integrity left" in str(in_bounds({"annulus_integrity": np.array([1.1])}))


def test_every_disc_mechanism_is_assembled_with_its_evidence_units():
    study = studies.rat().spec
    member = draw(study, 0, library())
    from evdisc.simulate.seating import take_seats
    from evdisc.simulate.site import cargo_objects, disc_setting, geometry

    network = member.network(True)
    objects = cargo_objects(None, network, member.values, "potency")
    objects |= {"rate_law": "guarded", "release_share": [1.0, 1.0, 1.0]}
    grid = disc.member_grid(study, member)
    seating = take_seats(grid, np.zeros(grid.shape), 4)
    setting = disc_setting(grid, geometry(member.values), network, objects, (), seating)
    assembly = assemble(DISC, setting, member.values)
    assert {b.mechanism.name for b in (*assembly.halves, *assembly.steps)} == {
        m.name for m in DISC if m.when in ("step", "halves")
    }


def test_all_members_have_the_same_cells_in_the_same_regions():
    study = studies.rat().spec
    grids = [disc.member_grid(study, draw(study, m, library())) for m in range(8)]
    assert all(np.array_equal(g.region, grids[0].region) for g in grids)
    assert len({g.r_faces[-1] for g in grids}) == 8
