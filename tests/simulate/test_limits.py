"""What cannot be given is refused with the nearest value that can, whatever the seed."""

from functools import cache

import pytest

import studies
from evdisc.errors import InputError, ProtocolError
from evdisc.evidence.library import load
from evdisc.simulate.limits import litres, rounded_down
from evdisc.study.preflight import preflight
from evdisc.units import parse_quantity


@cache
def library():
    return load()


def refused(*overrides, make=studies.rat):
    with pytest.raises(InputError) as caught:
        preflight(make(*overrides), library())
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return caught.value


ROUTE, VOLUME = "therapy.delivery.route", "therapy.delivery.volume"
MEDIUM = "therapy.concentration"


@pytest.mark.parametrize(
    ("route", "volume", "reason"),
    [
        ("intradiscal", "50 mL", "the water of the nucleus"),
        ("annulus microneedle", "50 mL", "the water of the annulus"),
        ("depot near annulus", "5 L", "the room beside the disc"),
        ("depot near endplate", "5 L", "our choice"),
        ("intravenous", "1 L", "all the blood of a body (rat)"),
        ("intramuscular", "10 mL", "muscle"),
    ],
)
def test_a_volume_has_a_limit_on_every_route(route, volume, reason):
    error = refused(f"{ROUTE}={route}", f"{VOLUME}={volume}")
    assert error.key == VOLUME
    assert reason in error.bare
    most = error.expected.removeprefix("at most ")
    preflight(studies.rat(f"{ROUTE}={route}", f"{VOLUME}={most}"), library())  # as it says
    more = f"{1.02 * parse_quantity(most, 'volume') * 1e9} uL"
    assert refused(f"{ROUTE}={route}", f"{VOLUME}={more}").expected == error.expected


@pytest.mark.parametrize(
    ("make", "key", "value", "unit"),
    [
        (studies.rat, "therapy.delivery.dose", "1e16", "particles"),
        (studies.rat, "therapy.delivery.cells", "1e12", "cells"),
        (studies.dish, MEDIUM, "1e20", "particles/mL"),
    ],
)
def test_spheres_cannot_be_packed_more_thickly_than_spheres_can(make, key, value, unit):
    error = refused(f"{key}={value} {unit}", make=make)
    assert error.key == key
    assert value.replace("1e", "1e+") in str(error)
    preflight(make(f"{key}={error.expected.removeprefix('at most ')}"), library())


def test_what_fits_a_human_does_not_fit_a_rat():
    human = ("disc.preset=human-lumbar", f"{ROUTE}=intravenous")
    preflight(studies.rat(*human, f"{VOLUME}=100 mL"), library())
    refused(f"{ROUTE}=intravenous", f"{VOLUME}=100 mL")


@pytest.mark.parametrize("route", ["intradiscal", "depot near annulus"])
def test_a_needle_is_set_in_the_annulus_alone(route):
    with pytest.raises(ProtocolError, match="annulus microneedle"):
        studies.rat(f"{ROUTE}={route}", "therapy.delivery.carrier=microneedle")
    studies.rat(f"{ROUTE}=annulus microneedle", "therapy.delivery.carrier=microneedle")


@pytest.mark.parametrize("seed", [1, 5])
def test_no_seed_decides_what_can_be_given(seed):
    large = ("therapy.vesicle.subtype=apoptotic body", f"ensemble.seed={seed}")
    preflight(studies.rat(*large, "therapy.delivery.dose=3e8 particles"), library())
    error = refused(*large, "therapy.delivery.dose=1e9 particles")
    assert "vesicles of 1500 nm" in error.bare
    assert error.expected == "at most 7.24e+08 particles"


def test_the_limits_of_an_overlay_count(tmp_path):
    table = (studies.EXAMPLES.parent / "src/evdisc/evidence/data/parameters.csv").read_text("utf-8")
    head = table.splitlines()[0]
    own = tmp_path / "own.csv"
    row = "depot_room,,,,,,,1000,fixed,,,1,assumed,,evdisc,model,mine"
    own.write_text(f"{head}\n{row}\n", encoding="utf-8")
    large = studies.rat(f"{ROUTE}=depot near annulus", f"{VOLUME}=1 mL")
    with pytest.raises(InputError):
        preflight(large, library())
    preflight(large, load([own]))


def test_a_limit_is_never_told_as_more_than_it_is():
    assert litres(2.3459e-8, down=True) == "23.4 uL"
    assert litres(5.6e-3) == "5.6 L"
    assert rounded_down(7.2399e8) == "7.23e+08"
