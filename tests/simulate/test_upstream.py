"""What is upstream by the contracts; what is not moves nothing."""

from dataclasses import replace

import pytest

import studies
from evdisc.evidence.library import load
from evdisc.outcome.delivery_table import delivery
from evdisc.simulate import disc, dish
from evdisc.simulate.draws import MemberDraws
from evdisc.simulate.mechanisms import DISC, DISH
from evdisc.simulate.member import Member
from evdisc.simulate.readers import READERS
from evdisc.simulate.upstream import ANY, upstream
from evdisc.simulate.values import Median
from evdisc.study.summary import acting_keys

#: read for what is told of a product or refused of a dose, not for a run
TOLD = {
    "engineering_recovery", "free_cargo_left", "loading_share", *READERS["vesicle.secretion"],
    *READERS["simulate.limits"],
}  # fmt: skip
BESIDE = {
    "nerve_ingrowth_rate", "vessel_ingrowth_rate", "bulge_height_loss", "extrusion_share",
    "collagen_turnover", "half_effect_vesicles", "t2_fibrous_share", "t2_slope_with_water",
    "pfirrmann_five_height", "lost_to_lysosome", "lost_to_amphisome",
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return studies.rat("duration=3 d", "therapy.delivery.schedule=[1 d]").spec


@pytest.fixture(scope="module")
def keys(study):
    return acting_keys(study, load(), ["treated"], ["vesicles_entered", "cargo_copies"])


def test_what_cannot_act_on_exposure_is_not_upstream_of_it(keys):
    assert not BESIDE & keys
    product = {"native_copies_per_vesicle", "batch_cargo", "vesicle_diameter"}
    place = {"uptake_coefficient", "cell_density", "disc_radius", "annulus_repair"}
    assert product | place | {"leak_through_damage"} <= keys


def test_mechanisms_at_rest_and_events_that_do_not_happen_count_for_nothing(study, keys):
    assert not {"ageing_endplate_rate", "depot_half_life", "secretion_per_cell"} & keys
    whole = upstream(DISC, ["vesicles_entered"], "stoichiometric")
    assert {"ageing_endplate_rate", "depot_half_life", "secretion_per_cell"} <= whole
    bare = studies.document(
        "disc", disc={"preset": "rat-caudal"}, duration="1 d", therapy="none"
    ).spec
    alone = acting_keys(bare, load(), ["untreated"], ["height_ratio"])
    assert "bulge_height_loss" in alone
    assert not {"puncture_half_ratio", "uptake_coefficient"} & alone


def test_a_number_that_is_not_upstream_moves_no_exposure(study, keys):
    library = load()

    def exposed(changed):
        member = disc.draw_member(study, library, MemberDraws(1, 3))
        values = replace(member.values, overrides=changed, packed={}, drawn={})
        own = Member(values, member.cell_types)
        run = disc.run_arm(study, own, "treated", "stoichiometric")
        cargoes = disc.product_of(study, own).cargoes
        table = delivery(run, cargoes, dict.fromkeys(cargoes, 1.0))
        return {n: x for n, x in table.items() if "days_over" not in n}, values

    as_drawn, values = exposed({})
    tried = 0
    for name, row in values.used.items():
        if row.key in keys or row.distribution == "fixed" or row.key not in BESIDE:
            continue
        place = dict(row.context).get("subject", "")
        changed, _ = exposed({(row.key, place): row.at(0.9)})
        assert changed == as_drawn, name
        tried += 1
    assert tried >= 6
    moved, _ = exposed({("tnf_half_for_uptake", ""): 1e-9})
    assert moved != as_drawn


@pytest.mark.parametrize("room", ["cell", "delivery", "simulate", "tissue", "vesicle"])
def test_every_number_read_before_a_run_has_a_way_into_it(room):
    known = set().union(*(
        upstream(m, ANY, h) for m in (DISC, DISH) for h in ("stoichiometric", "potency")
    ))  # fmt: skip
    read = {k for reader, keys in READERS.items() if reader.startswith(room + ".") for k in keys}
    assert read - known <= TOLD


def test_a_dish_without_vesicles_reads_nothing_of_them():
    study = studies.dish("therapy=none").spec
    member = dish.draw_member(study, load(), Median())
    names = {m.name for m in dish.acting(study, "treated", member)}
    assert "uptake" not in names
    assert "stimulus" in names
