"""Why a node of a disc moved: paths and their studies, where the arms are furthest apart."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from evdisc.cli import app
from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import from_document
from evdisc.study.why import why


def study(**changes):
    return from_document({
        "evdisc": 1, "kind": "disc", "title": "why",
        "disc": {"preset": "rat-caudal", "insult": {"puncture": {"gauge": 21, "at": "0 d"}}},
        "therapy": {
            "vesicle": {
                "source": {"cell": "BMSC"},
                "cargo": [{"molecule": "miR-21-5p", "copies_per_vesicle": 10, "isolate": True}],
            },
            "delivery": {"dose": "1e10 particles", "volume": "2 uL", "schedule": ["2 d"]},
        },
        "compare": ["vehicle"], "duration": "6 d",
        "numerics": {"radial_cells": 8, "axial_cells": 6}, "ensemble": {"members": 6, "seed": 3},
    } | changes).spec  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return why(study(), "PTEN", load())


def test_cargo_alone_moves_its_target_by_its_own_arrow(found):
    assert found["moved"]["down"] > 0.0
    assert found["moved"]["up"] == 0.0
    first = found["paths"][0]
    assert first["arrows"] == ["miR-21 -| PTEN"]
    assert first["studies"] == ["cheng2018"]
    assert found["moved"]["down"] <= first["members"]  # who does not believe it sees no move


def test_shares_are_parts_of_the_whole_move(found):
    assert sum(abs(p["share"]) for p in found["paths"]) <= 1.0 + 1e-9
    assert found["paths"][0]["share"] > 0.5 * found["paths"][0]["members"]


def test_the_time_told_is_after_the_dose(found):
    assert 2.0 < found["day"] <= 6.0
    assert (found["region"], found["against"]) == ("NP", "vehicle")


def test_an_insult_alone_is_told_against_the_healthy_disc():
    alone = why(study(therapy="none", compare=[]), "MMP13", load())
    assert alone["against"] == "healthy"
    assert alone["moved"]["up"] > 0.5
    assert any("IL-1beta" in p["arrows"][0] or "TNF" in p["arrows"][0] for p in alone["paths"])


@pytest.mark.parametrize(("node", "region", "part"), [
    ("MMP31", "NP", "did you mean 'MMP3'"), ("MMP13", "nucleus", "NP | AF | CEP"),
])  # fmt: skip
def test_strange_names_are_told(node, region, part):
    with pytest.raises(InputError, match=part.replace("|", r"\|")):
        why(study(), node, load(), region)


def test_the_command_prints_one_object(tmp_path):
    text = (
        "{evdisc: 1, kind: dish, title: t, cells: [{type: NP, species: human}], duration: 24 h,"
        " stimuli: [{name: IL-1beta, dose: 10 ng/mL}], readouts: [MMP13]}"
    )
    (tmp_path / "p.yaml").write_text(text, "utf-8")
    words = ["why", str(tmp_path / "p.yaml"), "MMP13", "--members", "3", "--json"]
    told = json.loads(CliRunner().invoke(app, words).stdout)
    assert (told["readout"], told["members"]) == ("MMP13", 3)
    assert told["paths"]
