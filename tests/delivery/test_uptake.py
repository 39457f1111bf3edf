"""Uptake depends on who takes up: by region in a disc, by cell type in a dish."""

from functools import cache

import numpy as np
import pytest

import studies
from evdisc.evidence.library import load
from evdisc.evidence.names import names
from evdisc.simulate import disc, dish
from evdisc.simulate.member import Member
from evdisc.simulate.site import uptake_of
from evdisc.simulate.values import Values
from evdisc.study.worker import draw


@cache
def library():
    return load()


def stated(member, **factors):
    own = member.values
    more = {("uptake_of_recipient", cell): x for cell, x in factors.items()}
    values = Values(own.library, own.context, own.quantile, {**own.overrides, **more})
    return Member(values, member.cell_types)


def entered(cells, **factors):
    """Vesicles taken up per cell of each type of a dish, after an hour."""
    study = studies.document(
        "dish", cells=[{"type": c} for c in cells], duration="1 h",
        therapy={"vesicle": {"source": {"cell": "BMSC"}}, "concentration": "1e6 particles/mL"},
        compare=["untreated"], numerics={"output_every": "1 h"},
    ).spec  # fmt: skip
    member = stated(draw(study, 0, library()), **factors)
    run = dish.run_arm(study, member, "treated", "stoichiometric")
    assert abs(run.balance["error"]) < 1e-8
    return [
        run.series[f"vesicles_entered|{c}"][-1] / run.series[f"living_cells|{c}"][0] for c in cells
    ]


def test_a_macrophage_takes_what_its_factor_says():
    (one,) = entered(["NP"])
    (ten,) = entered(["macrophage"], macrophage=10.0)
    assert ten == pytest.approx(10.0 * one, rel=0.1)  # the medium empties a little faster


def test_cell_types_that_share_a_medium_share_it_by_their_uptake():
    nucleus, phagocyte = entered(["NP", "macrophage"], macrophage=4.0)
    assert phagocyte == pytest.approx(4.0 * nucleus, rel=1e-3)  # far from saturated


def test_regions_of_a_disc_take_up_by_their_cells():
    study = studies.rat("therapy.delivery.route=annulus microneedle").spec
    member = draw(study, 0, library())
    runs = [
        disc.run_arm(study, stated(member, AF=f), "treated", "stoichiometric").series
        for f in (0.0, 1.0)
    ]
    assert runs[0]["vesicles_entered|AF"].max() == 0.0
    assert runs[1]["vesicles_entered|AF"][-1] > 0.0


def test_every_recipient_has_a_row_and_the_nucleus_is_the_measure():
    values = Values(library(), {})
    factors = uptake_of(names("recipient_cell"), values)
    assert factors[names("recipient_cell").index("NP")] == 1.0
    rows = library().parameters["uptake_of_recipient"]
    assert {dict(r.context)["subject"] for r in rows} == set(names("recipient_cell"))
    assert np.all(np.array(factors) > 0.0)
