"""Measured cargo in a study: shares stay, the scale is drawn, copies in a cell are proportional."""

import numpy as np
import pytest

from evdisc.cargo.copies import Scale
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.study import measured as m
from evdisc.study.measured_frames import frames, usual_dish
from studies import dish, document, rat


@pytest.fixture(scope="module")
def library():
    return load()


@pytest.fixture(scope="module")
def small(library):
    spec = dish("duration=8 h", "stimuli.0.for=4 h").spec
    return spec.model_copy(update={"readouts": ()})


WIDE = Scale("assumed", "", 0.1, 0.01, 1.0)
FIXED = Scale("stated", "", 50.0, 50.0, 50.0)
SHARE = {"miR-410-3p": 0.2, "miR-21-5p": 0.1}


def test_every_member_has_its_own_scale_and_the_same_shares():
    cargo = m.MeasuredCargo(SHARE, ["miR-31-5p"], WIDE.at, False)
    totals = np.array([cargo.total(1, k) for k in range(400)])
    for k in range(3):
        copies = cargo.copies(1, k)
        assert copies["miR-410-3p"] / copies["miR-21-5p"] == pytest.approx(2.0)
        assert copies["miR-31-5p"] == 0.0
    assert np.median(totals) == pytest.approx(0.1, rel=0.3)
    assert np.mean((totals > 0.01) & (totals < 1.0)) == pytest.approx(0.9, abs=0.05)
    assert cargo.total(1, 7) == totals[7] != cargo.total(2, 7)


def test_copies_in_the_cytosol_are_proportional_to_copies_per_vesicle(small, library):
    one = m.uptake(small, "miR-410", library)
    ten = m.with_copies(small, {"miR-410": 10.0}, True)
    found = m.run_measured(
        ten, m.MeasuredCargo({"miR-410": 1.0}, [], lambda u: 10.0, True), library
    )
    row = found["delivery"]["treated"]["copies_per_cell"]["miR-410"]
    assert row["median"] == pytest.approx(10.0 * np.median(one.cytosol), rel=1e-6)
    assert found["delivery"]["treated"]["vesicles_per_cell"]["median"] == pytest.approx(
        np.median(one.vesicles_per_cell), rel=1e-6
    )


def test_the_table_is_share_times_scale_times_uptake(small, library):
    taken = m.uptake(small, "miR-21-5p", library)
    cargo = m.MeasuredCargo(SHARE, [], FIXED.at, True)
    row = m.stoichiometry(small, {"miR-410-3p": 0.2}, cargo, taken, "miRNA", library)[0]
    expected = np.median(0.2 * 50.0 * taken.cytosol)
    assert row["copies_per_vesicle"]["median"] == pytest.approx(10.0)
    assert row["copies_per_cell"]["median"] == pytest.approx(expected)
    assert row["needed"] == library.resolve("half_effect_copies").median
    # a dose so many times larger, uptake in proportion, gives half of the effect
    assert row["dose_for_half_effect"]["median"] == pytest.approx(row["needed"] / expected)
    assert "copies per cell" in row["verdict"]


def test_plenty_acts_and_a_trace_does_not(small, library):
    def effect(scale):
        cargo = m.MeasuredCargo({"miR-410": 1.0}, [], lambda u: scale, True)
        readouts = m.run_measured(small, cargo, library)["readouts"]
        every = [readouts["NLRP3"]["effect"], *readouts["NLRP3"]["effects"]]
        return next(e for e in every if e["claims"] == "all believed" and e["versus"] == "vehicle"
                    and e["hypothesis"] == "stoichiometric")["median"]  # fmt: skip

    plenty, trace = effect(500.0), effect(1e-6)
    assert plenty < -1e-3
    assert abs(trace) < 0.05 * abs(plenty)


def test_steps_the_measurement_holds_are_left_out():
    spec = rat(
        "therapy.vesicle.source.preconditioning=hypoxia",
        "therapy.vesicle.engineering=[{method: electroporation, cargo: [miR-21-5p]}, "
        "targeting peptide]",
    ).spec
    vesicle, said = m.as_measured(m.vesicle_of(spec))
    assert [s.method for s in vesicle.steps] == ["targeting peptide"]
    assert vesicle.cargo == ()
    assert len(said) == 3
    assert vesicle.source.cell == "BMSC"


def test_a_protocol_stands_for_its_kind(library):
    given = rat()
    dish_, disc, said = frames(given, "MSC", 2, 5, library)
    assert disc.spec.disc == given.spec.disc
    assert disc.spec.ensemble.members == 2
    assert disc.spec.ensemble.seed == 5
    assert m.vesicle_of(dish_.spec).source.cell == "BMSC"
    assert [s.split(":")[0] for s in said] == ["dish"]
    other = frames(dish(), "BMSC", 2, 1, library)
    assert other[0].spec.stimuli == dish().spec.stimuli
    assert m.vesicle_of(other[1].spec).source.cell == "MSC"


def test_the_usual_dish_has_the_numbers_of_the_evidence(library):
    own = document(**usual_dish("BMSC", library)).spec
    assert own.cells[0].density == pytest.approx(2e11)
    assert own.therapy.concentration == library.parameters["culture_dose"][0].median
    assert own.duration == 48 * 3600


def test_a_study_without_vesicles_is_refused():
    with pytest.raises(InputError, match="gives no vesicles"):
        m.vesicle_of(rat("therapy=none", "compare=[untreated]").spec)
    with pytest.raises(InputError, match="more cargoes"):
        m.with_copies(rat().spec, {f"miR-{k}": 1.0 for k in range(101)}, True)
