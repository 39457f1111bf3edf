"""Protocols of the review's table rows: written from the evidence, valid, and they run."""

import numpy as np
import pytest

from evdisc.evidence.library import load
from evdisc.protocol.yaml_io import load_protocol
from evdisc.study.atlas import atlas
from evdisc.study.dose import dose_table
from evdisc.study.worker import run_members
from studies import EXAMPLES

ROWS = list(atlas(load()))
ENGINEERED = [row for row in ROWS if row.engineered]
QUICK = ("numerics.radial_cells=10", "numerics.axial_cells=6", "duration=16 d",
         "therapy.delivery.schedule=[2 d]", "numerics.largest_step=12 h")  # fmt: skip


def test_every_row_has_its_protocol_and_the_shipped_ones_are_these():
    assert len(ROWS) == 39
    assert {row.name[:5] for row in ENGINEERED} == {f"t2-{n:02d}" for n in range(1, 17)}
    for folder, rows in (("atlas", ROWS), ("engineered", ENGINEERED)):
        files = {p.name: p.read_text("utf-8") for p in (EXAMPLES / folder).glob("*.yaml")}
        assert files == {row.name: row.text for row in rows}, folder


def test_a_row_of_a_study_with_its_own_kind_of_vesicle_states_it():
    kinds = {row.name: "subtype: " in row.text for row in ROWS}
    assert [name for name, stated in kinds.items() if stated] == ["t2-10-mitochondria.yaml"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_protocol_runs(row):
    kind = "disc" if "kind: disc" in row.text else "dish"
    quick = QUICK if kind == "disc" else ("duration=12 h",)
    study = load_protocol(EXAMPLES / "atlas" / row.name, ["ensemble.members=1", *quick]).spec
    found = run_members(study, [0], load())
    assert str(found["status"][0]) == "ok"
    assert np.isfinite(found["readouts"]).all()
    assert np.abs(found["balance"][..., -1]).max() < 1e-8


@pytest.mark.parametrize("name", ["t2-14-foxf1-mrna.yaml", "t2-15-atr-plasmid.yaml",
                                  "t2-16-mir-378.yaml"])  # fmt: skip
def test_direct_loading_shows_what_it_costs(name):
    protocol = load_protocol(EXAMPLES / "engineered" / name, ["ensemble.members=6"])
    table = dose_table(protocol)
    product = table["product"]
    assert product["recovery"]["median"] < 0.95
    assert product["vesicles_to_make"]["median"] > 1.2 * table["dose"]["particles_in_all"]
    assert product["free_copies_per_vesicle"]
    assert all("not an intradiscal dose" in p["note"] or p["unit"] == "particles/mL"
               for p in table["published"])  # fmt: skip
