import numpy as np
import pytest

from evdisc.cargo.molecules import linked
from evdisc.delivery.internalise import fading
from evdisc.delivery.stokes_einstein import free_diffusivity
from evdisc.evidence.library import load
from evdisc.vesicle.build import build_product
from evdisc.vesicle.native import native_profile


@pytest.mark.parametrize(
    ("nanometres", "expected"),
    [(30, 2.2e-11), (50, 1.3e-11), (100, 6.6e-12), (150, 4.4e-12), (200, 3.3e-12)],
)
def test_free_diffusivity_at_body_temperature(nanometres, expected):
    library = load()
    found = free_diffusivity(
        nanometres * 1e-9, library.resolve("body_temperature").median,
        library.resolve("water_viscosity").median,
    )  # fmt: skip
    assert found == pytest.approx(expected, rel=0.02)


def test_copies_in_the_cell_follow_the_closed_form():
    life = 3 * 86400.0
    rate = np.log(2) / life
    kept, _ = fading(life, life)
    assert kept == pytest.approx(0.5)
    assert 2.0 * fading(life, 1e9)[1] == pytest.approx(2.0 / rate)
    half, whole = fading(life, 5e4), fading(life, 1e5)
    assert half[0] ** 2 == pytest.approx(whole[0], rel=1e-12)
    assert half[0] * half[1] + half[1] == pytest.approx(whole[1], rel=1e-12)


def product(**vesicle):
    from evdisc.protocol.therapy_specs import VesicleSpec

    spec = VesicleSpec.model_validate({"source": {"cell": "BMSC"}, **vesicle})
    return build_product(
        spec, load(), lambda key, *_: 0.005 if key == "native_copies_per_vesicle" else 1.0
    )


def test_a_product_is_the_whole_vesicle_unless_one_cargo_is_isolated():
    whole = product()
    profile = native_profile(load(), "BMSC")
    assert profile
    assert all(linked(name, whole.cargoes) for name in profile)
    assert all(c == 0.005 for c in whole.copies)
    assert any("wide prior" in w for w in whole.warnings)
    alone = product(cargo=[{"molecule": "miR-410", "copies_per_vesicle": 2, "isolate": True}])
    assert alone.cargoes == ("miR-410",)
    assert alone.copies == (2.0,)
    assert any("switched off" in w for w in alone.warnings)


def test_a_named_arm_stands_for_the_bare_name_of_the_profile():
    stated = product(cargo=[{"molecule": "miR-21-5p", "copies_per_vesicle": 0.01}])
    assert stated.cargoes.count("miR-21-5p") == 1
    assert "miR-21" not in stated.cargoes


def test_links_between_names_of_cargo():
    known = ["miR-21", "miR-21-5p", "miR-21-3p", "miR-210"]
    assert linked("hsa-miR-21-5p", known) == ["miR-21", "miR-21-5p"]
    assert linked("mir 21", known) == ["miR-21", "miR-21-5p", "miR-21-3p"]
    assert linked("miR-210", known) == ["miR-210"]
