import json

import pytest

from comparisons import NATIVE, PRODUCT, TINY
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import load_protocol
from evdisc.study.species import discs, frame_in, species
from evdisc.study.species_facts import facts
from evdisc.study.usual import nucleus_volume
from studies import dish, rat

SMALL = ("ensemble.members=1", *TINY)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    return species(rat(*SMALL), tmp_path_factory.mktemp("species") / "run")


def test_five_discs_with_their_facts_and_effects(compared):
    result = json.loads((compared.folder / "result.json").read_text("utf-8"))
    assert [d["species"] for d in result["discs"]] == ["mouse", "rat", "rabbit", "goat", "human"]
    assert (result["control"], result["carrier"]) == ("vehicle", "none")
    for disc in result["discs"]:
        assert set(disc["effects"]) == {"disc height index", "GAG"}
        assert disc["delivery"]["vesicles_per_cell"]["median"] > 0.0
        assert disc["facts"]["nucleus volume"]["value"] > 0.0
    abouts = {s["about"]: s for s in result["says"]}
    assert abouts["time a vesicle needs for it"]["carries"] is False
    assert "human 123" in abouts["time a vesicle needs for it"]["words"]
    assert abouts["notochordal cells stay"]["carries"] is False
    assert "assumed" in abouts["notochordal cells stay"]["words"]


def test_a_finished_folder_computes_nothing(compared):
    before = (compared.folder / "result.json").read_bytes()
    again = species(rat(*SMALL), compared.folder)
    assert again.computed == 0
    assert (compared.folder / "result.json").read_bytes() == before


def test_vesicles_in_a_gel_are_held_against_the_gel(tmp_path):
    # goat and human discs take the gel too, each its own share of the nucleus
    result = species(rat(*SMALL, "therapy.delivery.carrier=ECM gel"), tmp_path / "run").result
    assert (result["control"], result["carrier"]) == ("carrier", "ECM gel")
    for disc in result["discs"]:
        height = disc["effects"]["disc height index"]
        over = height["stoichiometric"]["versus_vehicle"]["effect"]
        whole = height["stoichiometric"]["versus_untreated"]["effect"]
        assert over == pytest.approx(whole - height["carrier"]["effect"], abs=1e-6)
        assert height["carrier"]["effect"] != height["vehicle"]["effect"]
    assert "against ECM gel without vesicles" in result["says"][-1]["words"]


def test_the_own_disc_is_as_the_protocol_has_it_and_others_get_the_dose_of_their_nucleus():
    study, library = rat(*SMALL).spec, load()
    assert frame_in("rat-caudal", study, library).therapy == study.therapy
    goat = frame_in("goat-lumbar", study, library)
    ratio = nucleus_volume(goat.disc, library) / nucleus_volume(study.disc, library)
    assert goat.therapy.delivery.dose == pytest.approx(study.therapy.delivery.dose * ratio)
    assert goat.disc.insult.puncture.gauge == 14
    human = frame_in("human-lumbar", study, library)
    assert human.disc.insult.puncture is None
    assert human.disc.grade == 3


def test_a_preset_of_a_further_species_joins_and_what_has_no_row_is_unknown():
    study = load_protocol(
        PRODUCT.format(vesicle=NATIVE, more=""), ["disc.preset=bovine-caudal"]
    ).spec
    assert discs(study)[-1] == "bovine-caudal"
    known = facts(study, load())
    assert known["notochordal cells stay"]["value"] is None
    assert known["notochordal cells stay"]["tier"] == "unknown"
    assert known["GAG turnover"]["lent"]
    assert not known["cells in the nucleus"]["lent"]


def test_no_product_is_refused(tmp_path):
    with pytest.raises(InputError, match="no disc study"):
        species(dish(), tmp_path / "run")
    bare = load_protocol(
        "evdisc: 1\nkind: disc\ntitle: bare\ndisc: {preset: rat-caudal}\nduration: 5 d\n"
    )
    with pytest.raises(InputError, match="gives no vesicle"):
        species(bare, tmp_path / "run")
    with pytest.raises(InputError, match="needle gauge without a known diameter"):
        species(rat(*SMALL, "disc.insult.puncture.gauge=13"), tmp_path / "run")
    assert not (tmp_path / "run").exists()
