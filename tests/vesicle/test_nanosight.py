"""NanoSight summaries: what the file states is what is read; a damaged file is not read at all."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from evdisc.errors import InputError
from evdisc.vesicle.importing import import_particles
from evdisc.vesicle.sizes import percentiles

FILES = ("tidyNano_beads.csv", "tidyNano_beads2.csv")
SMALL = """NTA Experiment Summary File,,,,
[Experiment Details],,,,
Diluent,PBS,,,
Filename:,run_0,run_1,,
[Conditions],,,,
Temperature/C,22.0,22.9,,
Camera Type,sCMOS,sCMOS,,
[Settings],,,,
Detection Threshold,5,5,,
Total frames analysed,749,300,,
[Results],,,Average,Standard Error
Dilution factor (concentrations adjusted for this factor),100,100,,
Concentration (Particles / ml),4e10,2e10,3e10,1e10
Completed tracks,2000,400,,
[Concentration Warnings],,,,
Noise level,No,High,,
[Data Included],,,,
Size distribution - Number weighting - With Percentiles,,,,
[Size Data],,,,
Filename,run_0,run_1,Average,Standard Error
Mean,100,110,105,5
Mode,95,105,100,5
SD,10,12,11,1
D10,80,85,82.5,2
D50,100,108,104,4
D90,120,130,125,5
Graph Data,,,,
Bin centre (nm),Concentration (particles / ml),Concentration (particles / ml),,
50,0,0,0,0
90,1e10,0.5e10,0,0
110,2e10,1e10,0,0
130,1e10,0.5e10,0,0
150,0,0,0,0

Percentile,Size (nm),Size (nm),,
0,70,70,,
100,160,160,,
"""


def read(tmp_path, text, **more):
    path = tmp_path / "any.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_particles([path], **more)


def test_the_small_file(tmp_path):
    done = read(tmp_path, SMALL)
    assert done.formats == ("NanoSight NTA experiment summary",)
    assert done.runs["per_ml"].tolist() == [4e10, 2e10]
    assert done.runs["measured_per_ml"].tolist() == [4e8, 2e8]
    assert done.runs["d50_nm"].tolist() == [100, 108]
    assert done.concentration["mean"] == 3e10
    # the standard error the file states for its own average
    assert done.concentration["standard_error"] == pytest.approx(1e10)
    said = "\n".join(done.flags)
    for flag in ("500 completed tracks: run_1 (400)", "450 frames: run_1 (300)", "2 of the 3 runs",
                 "drifts by 0.9 K", "varies by 47 %", "no blank"):  # fmt: skip
        assert flag in said
    assert done.warnings == ("Noise level: High in run_1",)
    assert done.summary()["misev"]["G1 dilution"] == "100-fold"


def swapped(text):
    """The two runs in the other order, in every row of the file."""
    out = []
    for line in text.split("\n"):
        cells = line.split(",")
        if len(cells) > 2 and cells[1] and cells[2]:
            cells[1], cells[2] = cells[2], cells[1]
        out.append(",".join(cells))
    return "\n".join(out)


def test_the_order_of_runs_and_sections_does_not_matter(tmp_path):
    usual = read(tmp_path, SMALL).runs.set_index("run").drop(columns="file")
    other = read(tmp_path, swapped(SMALL)).runs.set_index("run").drop(columns="file")
    assert other.loc[usual.index].equals(usual)
    head, _, rest = SMALL.partition("[Conditions]")
    conditions, _, rest = rest.partition("[Results]")
    results, _, rest = rest.partition("[Concentration Warnings]")
    moved = (
        head
        + "[Results]"
        + results
        + "[Conditions]"
        + conditions
        + "[Concentration Warnings]"
        + rest
    )
    again = read(tmp_path, moved).runs.set_index("run").drop(columns="file")
    assert again.equals(usual)


def test_size_columns_in_another_order_than_the_head(tmp_path):
    at = SMALL.index("[Size Data]")
    done = read(tmp_path, SMALL[:at] + swapped(SMALL[at:])).runs.set_index("run")
    assert done.loc["run_0", "d50_nm"] == 100
    assert done.loc["run_0", "per_ml"] == 4e10


@pytest.mark.parametrize("form", ["crlf", "bom", "utf-16", "semicolon", "semicolon comma"])
def test_the_form_does_not_matter(form, tmp_path):
    usual = read(tmp_path, SMALL).runs
    content = {
        "crlf": SMALL.replace("\n", "\r\n"), "bom": b"\xef\xbb\xbf" + SMALL.encode(),
        "utf-16": SMALL.encode("utf-16"), "semicolon": SMALL.replace(",", ";"),
        "semicolon comma": SMALL.replace(",", ";").replace(".", ","),
    }[form]  # fmt: skip
    assert read(tmp_path, content).runs.equals(usual)


def test_decimal_commas_between_commas_are_refused(tmp_path):
    text = re.sub(r"(\d)\.(\d)", r"\1,\2", SMALL)
    with pytest.raises(InputError, match=r"decimal commas\? Use a point"):
        read(tmp_path, text)


@pytest.mark.parametrize("share", [0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.95])
def test_a_file_cut_off_anywhere_is_not_read(share, tmp_path):
    text = SMALL[: int(share * len(SMALL))]
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert re.search("cut off|ends before|has no|not recognised", str(caught.value))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("D50,100", "D50,about 100", "row 'D50', got 'about 100'"),
        ("Filename,run_0", "Filename,run_7", "names other runs"),
        ("Concentration (Particles / ml)", "Konzentration", "has no row 'Concentration"),
        ("100,160", "99,160", "percentiles 0 to 100"),
    ],
)
def test_a_changed_file_gets_a_line(old, new, message, tmp_path):
    assert old in SMALL
    with pytest.raises(InputError, match=re.escape(message)):
        read(tmp_path, SMALL.replace(old, new, 1))


def test_a_recorded_dilution_cannot_be_contradicted(tmp_path):
    assert read(tmp_path, SMALL, dilution=100.0).concentration["mean"] == 3e10
    with pytest.raises(InputError, match="another dilution is recorded"):
        read(tmp_path, SMALL, dilution=500.0)
    unrecorded = SMALL.replace("factor),100,100", "factor),Not recorded,Not recorded")
    assert read(tmp_path, unrecorded, dilution=10.0).concentration["mean"] == 3e11
    assert any("no dilution" in f for f in read(tmp_path, unrecorded).flags)


@pytest.mark.parametrize("name", FILES)
def test_real_files_give_the_numbers_they_state(name):
    path = Path(os.environ.get("EVDISC_REFERENCE_DATA") or "none") / "nanosight" / name
    if not path.is_file():
        pytest.skip("EVDISC_REFERENCE_DATA holds no NanoSight files")
    done = import_particles([path])
    lines = {
        r[0]: r[1:] for r in (x.split(",") for x in path.read_text("utf-8").splitlines()) if r[0]
    }
    count = len(done.runs)
    for label, column in (("Concentration (Particles / ml)", "per_ml"), ("D10", "d10_nm"),
                          ("D50", "d50_nm"), ("D90", "d90_nm"), ("Mean", "mean_nm"),
                          ("Mode", "mode_nm"), ("Valid Tracks", "")):  # fmt: skip
        stated = [float(x) for x in lines[label][:count]]
        if column:
            assert done.runs[column].tolist() == stated
    average = [float(x) for x in lines["Concentration (Particles / ml)"][count : count + 2]]
    assert done.concentration["mean"] == pytest.approx(average[0], rel=5e-3)
    assert done.concentration["standard_error"] == pytest.approx(average[1], rel=2e-2)
    for row in done.runs.itertuples():
        bins = done.sizes[done.sizes["run"] == row.run]
        # the bins hold the particles, and give the percentiles within their width
        assert bins["per_ml"].sum() == pytest.approx(row.per_ml, rel=5e-3)
        own = percentiles(
            bins["diameter_nm"].to_numpy(), bins["per_ml"].to_numpy(), (0.1, 0.5, 0.9)
        )
        assert np.abs(np.array(own) - [row.d10_nm, row.d50_nm, row.d90_nm]).max() < 4.0
