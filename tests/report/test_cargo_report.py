"""The cargo report: one command from a table to the disc, on one page."""

import json
import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from evdisc.errors import InputError
from evdisc.report import cargo_report as module
from evdisc.report.cargo_page import write_cargo_report
from evdisc.report.cargo_report import Asked, cargo_report
from evdisc.report.cargo_words import lead

EXAMPLES = Path(__file__).parents[2] / "examples"
MEASURED = EXAMPLES / "measured"
DISH = """evdisc: 1
kind: dish
title: a short dish
cells: [{type: NP}]
stimuli: [{name: IL-1beta, dose: 10 ng/mL}]
therapy:
  vesicle: {source: {cell: MSC}}
  concentration: 1e10 particles/mL
duration: 6 h
readouts: [NLRP3]
"""
DISC = """evdisc: 1
kind: disc
title: a short disc
disc: {preset: rat-caudal, insult: {puncture: {gauge: 21}}}
therapy:
  vesicle: {source: {cell: BMSC}, cargo: [{molecule: miR-410, copies_per_vesicle: 5}]}
  delivery: {dose: 1e8 particles, volume: 2 uL, schedule: [1 d]}
compare: [untreated, vehicle]
duration: 3 d
numerics: {radial_cells: 8, axial_cells: 6, largest_step: 12 h}
"""


def asked(folder, **more):
    (folder / "disc.yaml").write_text(DISC, "utf-8")
    return replace(
        Asked(MEASURED / "mirna-counts.csv", MEASURED / "samples.csv", folder / "out",
              protocol=folder / "disc.yaml", members=2), **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cargo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "QUICK_MEMBERS", 3)
        answer = cargo_report(asked(folder))
    path = write_cargo_report(answer, folder / "out", "evdisc cargo report ...")
    return answer, path


def test_relative_copies_are_said_to_be(answered):
    answer, path = answered
    assert answer.content["scale"]["relative"]
    assert "no scale was measured" in answer.content["warnings"][0]
    assert "<strong>Relative.</strong>" in path.read_text("utf-8")


def test_the_stored_answer_is_whole(answered):
    _, path = answered
    content = json.loads((path.parent / "cargo-report.json").read_text("utf-8"))
    assert content["format"] == "evdisc-cargo-report/1"
    rows = {r["name"]: r for r in content["disc"]["stoichiometry"]}
    assert rows["miR-21-5p"]["acts_through"] == "miR-21-5p"
    assert rows["miR-27a-3p"]["acts_through"] == "miR-27a"
    shares = [r["share"] for r in content["disc"]["stoichiometry"] if r["acts_through"]]
    assert shares == sorted(shares, reverse=True)
    for part in ("dish", "disc"):
        assert content[part]["result"]["kind"] == part
        delivered = content[part]["result"]["delivery"]["treated"]["copies_per_cell"]
        assert "miR-21-5p" in delivered
    # a protocol names its cell, so cargo of other kinds stays; the protocol's own is replaced
    assert content["disc"]["rest_of_the_profile"]
    assert any("replaced by what was measured" in w for w in content["warnings"])
    assert {c["cargo"] for c in content["claims"]} >= {"miR-21-5p", "miR-410-3p"}
    assert set(p.name for p in path.parent.iterdir()) >= {
        "report.html", "cargo.csv", "samples.csv", "dish.yaml", "disc.yaml",
    }  # fmt: skip


def test_the_page_is_self_contained_and_stable(answered):
    answer, path = answered
    text = path.read_text("utf-8")
    bare = re.sub(r"<script>.*?</script>", "", text, count=1, flags=re.S)
    assert not re.search(r"(?:src|href)=[\"']http(?!s://doi)", bare)
    assert bare.count('class="plot"') >= 6
    assert text.count("data (CSV)") == bare.count('class="plot"')
    assert "None" not in re.sub(r"<script.*?</script>|<details.*?</details>", "", bare, flags=re.S)
    again = write_cargo_report(answer, path.parent, "evdisc cargo report ...")
    assert again.read_text("utf-8") == text


def test_the_lead_names_the_nearest(answered):
    said = lead(answered[0].content)
    assert "300 copies per cell" in said
    assert "miR-21-5p" in said
    assert "disc height index" in said


def test_a_spike_in_and_measured_vesicles_set_the_scale(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "QUICK_MEMBERS", 2)
    vesicles = tmp_path / "sizes.csv"
    vesicles.write_text((MEASURED / "sizes.csv").read_text("utf-8"), "utf-8")
    sheet = tmp_path / "sheet.csv"
    text = (MEASURED / "samples.csv").read_text("utf-8").split("\n")
    rows = [line.rpartition(",")[0] for line in text[1:] if line]
    sheet.write_text("sample,group,batch,volume_ul\n" + "".join(f"{r},4\n" for r in rows), "utf-8")
    own = asked(tmp_path, samples=sheet, vesicles=vesicles, spike_ins={"cel-miR-39-3p": 2e7},
                group="hypoxia", isolate=True)  # fmt: skip
    answer = cargo_report(own)
    scale = answer.content["scale"]
    assert scale["origin"] == "spike-in"
    # 0.15 copies times some 4.2e9 vesicles, over 4 uL of 9.6e8 per mL
    assert scale["median"] == pytest.approx(0.15 * 4.27e9 / (4e-3 * 9.63e8), rel=0.1)
    assert answer.library.resolve("vesicle_diameter").source == "own_measurement"
    assert (tmp_path / "out" / "measured.csv").is_file()
    assert not answer.content["disc"]["rest_of_the_profile"]


def test_molecules_nobody_knows_are_tabulated_and_not_run(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "QUICK_MEMBERS", 2)
    counts = tmp_path / "counts.csv"
    counts.write_text("miRNA,s1\nhsa-miR-9-5p,90000\nhsa-miR-124-3p,50000\n", "utf-8")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,group\ns1,a\n", "utf-8")
    answer = cargo_report(asked(tmp_path, table=counts, samples=sheet))
    assert answer.content["disc"]["result"] is None
    assert len(answer.content["disc"]["stoichiometry"]) == 2
    assert "None of the measured miRNA" in lead(answer.content)
    assert write_cargo_report(answer, tmp_path / "out", "x").is_file()


def test_bad_questions_get_a_line(tmp_path):
    for more, message in (
        ({"group": "hypoxa"}, "did you mean 'hypoxia'"),
        ({"spike_ins": {"cel-miR-38-3p": 1.0}}, "did you mean 'cel-miR-39-3p'"),
        ({"protocol": tmp_path / "none.yaml"}, "does not exist"),
        ({"stated": ("miR-9-5p", 1.0)}, "is not in the table"),
        ({"kind": "lipid"}, "no such kind of cargo"),
    ):
        with pytest.raises(InputError, match=message):
            cargo_report(asked(tmp_path, **more))
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_from_a_real_table_to_the_disc_in_a_minute(tmp_path):
    folder = Path(os.environ.get("EVDISC_REFERENCE_DATA") or "none") / "ev_mirna_counts"
    tables = sorted(folder.glob("cfarkas*.csv"))
    if not tables:
        pytest.skip("EVDISC_REFERENCE_DATA holds no count table")
    names = tables[0].read_text("utf-8").split("\n")[0].split(",")[1:]
    sheet = tmp_path / "sheet.csv"
    rows = "".join(f"{n.strip()},{n.split('_')[0]}\n" for n in names)
    sheet.write_text("sample,group\n" + rows, "utf-8")
    began = time.process_time()
    answer = cargo_report(Asked(tables[0], sheet, tmp_path / "out"))
    path = write_cargo_report(answer, tmp_path / "out", "evdisc cargo report")
    assert time.process_time() - began < 60.0  # of one processor
    assert path.stat().st_size > 1e6
    assert len(answer.content["acts_through"]) >= 15
