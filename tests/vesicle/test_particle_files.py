"""Tables, ZetaView, TRPS, FCS, blanks and protein; and what an unknown file is told."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.protocol.therapy_specs import DeliverySpec, VesicleSpec
from evdisc.protocol.yaml_io import read_document
from evdisc.vesicle.importing import import_particles
from evdisc.vesicle.overlay import Measurement, measurement, overlay_text, protocol_text
from evdisc.vesicle.protein_plate import fit, invert, read_protein
from evdisc.vesicle.sizes import bin_edges, mean_bins, moments, percentiles

EXAMPLES = Path(__file__).parents[2] / "examples" / "measured"
ZETAVIEW = (
    "ZetaView S/N 20-1234\nTemperature: 24.9 °C sensed\nDilution Factor: 200\n"
    "Number of Traces: 812\nLaser: 488 nm\n\nSize Distribution\n"
    "Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\n"
    "45.0\t10\t2.0e9\t1\n75.0\t30\t6.0e9\t1\n105.0\t10\t2.0e9\t1\n"
    "-1\t-1\t-1\t-1\n45.0\t1\t9\t9\n"
)


def written(tmp_path, content, name="file.txt"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- sizes


def test_percentiles_of_a_box_are_those_of_the_uniform_distribution():
    middle = np.arange(50.5, 150.5)
    found = percentiles(middle, np.ones(100), (0.1, 0.5, 0.9))
    assert found == pytest.approx([60.0, 100.0, 140.0])
    mean, spread, _ = moments(middle, np.ones(100))
    assert mean == pytest.approx(100.0)
    assert spread == pytest.approx(100 / np.sqrt(12), rel=1e-3)


def test_percentiles_of_a_lognormal_converge_with_the_bins():
    errors = []
    for width in (20.0, 10.0, 5.0, 2.5):
        d = np.arange(width / 2, 1500.0, width)
        density = np.exp(-0.5 * (np.log(d / 110.0) / 0.4) ** 2) / d
        exact = 110.0 * np.exp(0.4 * np.array([-1.2815516, 0.0, 1.2815516]))
        errors.append(np.abs(np.array(percentiles(d, density, (0.1, 0.5, 0.9))) - exact).max())
    rates = np.log2(np.array(errors[:-1]) / errors[1:])
    assert rates.mean() > 1.7  # second order; which bin holds a percentile adds noise
    assert errors[-1] < 0.1


@given(arrays(np.float64, 20, elements=st.floats(0, 1e9)).filter(lambda x: x.sum() > 0))
def test_percentiles_rise_and_stay_inside_the_bins(amount):
    middle = np.linspace(10.0, 400.0, 20)
    low, mid, high = percentiles(middle, amount, (0.1, 0.5, 0.9))
    edges = bin_edges(middle)
    assert edges[0] <= low <= mid <= high <= edges[-1]


def test_the_mode_counts_per_width():
    # twice the particles in a bin four times as wide is no mode
    assert moments(np.array([10.0, 12.0, 14.0, 24.0]), np.array([1.0, 3.0, 1.0, 5.0]))[2] == 12.0


def test_other_bins_keep_the_number_of_particles():
    a = pd.DataFrame({"run": "a", "diameter_nm": np.arange(5.0, 205, 10), "per_ml": 1.0})
    b = pd.DataFrame({"run": "b", "diameter_nm": np.arange(2.5, 200, 5), "per_ml": 0.5})
    found = mean_bins(pd.concat([a, b]))
    assert found["per_ml"].sum() == pytest.approx(20.0)
    assert found["low"].to_numpy() == pytest.approx(found["high"].to_numpy())


# --- tables, blanks


def test_a_table_with_its_blank_and_dilution():
    plain = import_particles([EXAMPLES / "sizes.csv"])
    done = import_particles([EXAMPLES / "sizes.csv"], dilution=500.0, blank=EXAMPLES / "blank.csv")
    assert len(done.runs) == 3
    blank = done.runs["blank_per_ml"].iloc[0]
    assert blank == pytest.approx(3e7, rel=0.01)
    expected = (plain.runs["per_ml"] - blank) * 500.0
    assert done.runs["per_ml"].to_numpy() == pytest.approx(expected.to_numpy())
    assert done.size["d50_nm"] > plain.size["d50_nm"]  # the blank holds small particles
    assert not any("blank" in f for f in done.flags)


def test_a_blank_as_full_as_the_sample_leaves_nothing():
    done = import_particles([EXAMPLES / "blank.csv"], blank=EXAMPLES / "blank.csv", dilution=10.0)
    assert done.concentration["mean"] == 0.0
    assert any("nothing is left" in f for f in done.flags)


def test_units_are_read_from_the_header(tmp_path):
    text = "diameter (um);conc (particles/uL)\n0,05;1000\n0,10;3000\n0,15;1000\n"
    done = import_particles([written(tmp_path, text)], dilution=1.0)
    assert done.concentration["mean"] == pytest.approx(5e6)
    assert done.size["d50_nm"] == pytest.approx(100.0)


def test_counts_without_a_concentration_give_sizes_alone(tmp_path):
    done = import_particles([written(tmp_path, "Size (nm),Number\n50,1\n100,3\n150,1\n")])
    assert done.size["d50_nm"] == pytest.approx(100.0)
    assert done.summary()["concentration_per_ml"]["mean"] is None
    assert any("sizes are read alone" in w for w in done.warnings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Size,Concentration (/mL)\n50,1\n", "column has no unit"),
        ("Size (nm),Concentration\n50,1\n", "column has no unit"),
        ("Size (nm),Concentration (/mL)\n50,-1\n", "negative"),
        ("Size (nm),Concentration (/mL)\n50,x\n", "expected a number"),
        ("Size (nm),Concentration (/mL)\n50,1\n50,2\n", "size twice"),
        ("a,b\n1,2\n", "format not recognised.*NanoSight.*ZetaView.*FCS"),
        (b"\x89PNG\r\n\x1a\n\0\0", "format not recognised"),
        (b"FCS3.1   garbage", "is a damaged FCS file"),
        ("", "is empty"),
    ],
)
def test_a_bad_file_gets_a_line(text, message, tmp_path):
    with pytest.raises(InputError, match=message) as caught:
        import_particles([written(tmp_path, text)])
    assert caught.value.exit_code == 2


def test_a_missing_file_a_folder_and_a_file_given_twice(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError):
            import_particles([path])
    with pytest.raises(InputError, match="given twice"):
        import_particles([EXAMPLES / "sizes.csv", EXAMPLES / "sizes.csv"])
    with pytest.raises(InputError, match="--dilution"):
        import_particles([EXAMPLES / "sizes.csv"], dilution=0.5)


def test_zetaview_is_read_and_called_experimental(tmp_path):
    done = import_particles([written(tmp_path, ZETAVIEW.encode("latin-1"))])
    assert done.experimental == ("ZetaView text",)
    assert done.concentration["mean"] == pytest.approx(1e10)
    assert done.runs["measured_per_ml"].iloc[0] == pytest.approx(5e7)
    assert (done.runs["tracks"].iloc[0], done.runs["temperature_c"].iloc[0]) == (812, 24.9)
    assert len(done.sizes) == 3  # the block ends at -1
    with pytest.raises(InputError, match="cut off"):
        import_particles([written(tmp_path, ZETAVIEW.split("45.0")[0])])


def test_single_particles_of_trps_give_sizes(tmp_path):
    rng = np.random.default_rng(1)
    d = rng.lognormal(np.log(120), 0.3, 4000)
    text = "Particle Diameter (nm),Blockade Magnitude (nA),FWHM (ms)\n"
    text += "".join(f"{x:.2f},0.1,0.2\n" for x in d)
    done = import_particles([written(tmp_path, text)])
    assert done.formats == ("TRPS table of single particles",)
    assert done.runs["d50_nm"].iloc[0] == pytest.approx(np.median(d), abs=0.01)
    assert done.size["d90_nm"] == pytest.approx(np.quantile(d, 0.9), rel=0.01)
    assert any("calibration" in w for w in done.warnings)


# --- flow cytometry


def test_fcs_keeps_names_stains_and_spill_over(tmp_path):
    flowio = pytest.importorskip("flowio")
    path = tmp_path / "anything.bin"
    events = np.arange(30, dtype=np.float32).reshape(10, 3)
    with path.open("wb") as file:
        flowio.create_fcs(
            file, events.ravel(), ["SSC-A", "FITC-A", "PE-A"],
            opt_channel_names=["", "CD9", "CD63"],
            metadata_dict={"SPILLOVER": "2,FITC-A,PE-A,1,0.1,0.02,1", "VOL": "50000"},
        )  # fmt: skip
    flow = import_particles([path]).flow[0]
    assert flow.events.to_numpy() == pytest.approx(events)
    assert flow.channels["pnn"].tolist() == ["SSC-A", "FITC-A", "PE-A"]
    assert flow.channels["pns"].tolist() == ["", "CD9", "CD63"]
    assert flow.spillover.loc["FITC-A", "PE-A"] == 0.1
    assert flow.per_ml == pytest.approx(10 / 0.05)  # 10 events in 50 uL
    said = import_particles([path]).summary()["misev"]["G2 flow cytometry channels"]
    assert "FITC-A (CD9)" in said


def test_a_real_fcs_file_as_flowio_reads_it():
    flowio = pytest.importorskip("flowio")
    path = Path(os.environ.get("EVDISC_REFERENCE_DATA") or "none") / "fcs" / "3FITC_4PE_004.fcs"
    if not path.is_file():
        pytest.skip("EVDISC_REFERENCE_DATA holds no FCS file")
    peer = flowio.FlowData(str(path))
    flow = import_particles([path]).flow[0]
    assert len(flow.events) == peer.event_count == 94569
    assert list(flow.events.columns) == peer.pnn_labels
    assert flow.events.to_numpy().ravel()[:4000].tolist() == list(peer.events[:4000])


# --- protein


def test_the_curve_and_its_inverse_are_exact_without_scatter():
    x = np.array([0.0, 100, 250, 500, 1000, 2000])
    curve, _, scatter, freedom = fit(x, 0.1 + 1e-3 * x - 1e-7 * x**2)
    assert curve == pytest.approx([0.1, 1e-3, -1e-7])
    assert scatter < 1e-20
    assert freedom == 3
    assert invert(curve, 0.1 + 1e-3 * 700 - 1e-7 * 700**2, 2000.0) == pytest.approx(700.0)
    assert invert(curve, 5.0, 2000.0) is None
    assert invert(np.array([0.1, -1e-3, 0.0]), 0.05, 2000.0) is None


def plate(rng, true, wells=3, dilution=2.0):
    x = np.repeat([0.0, 25, 125, 250, 500, 1000, 1500, 2000], 2)
    signal = lambda c: 0.085 + 1.05e-3 * c - 1.2e-7 * c**2  # noqa: E731
    rows = [f"std,{c:g},{signal(c) + rng.normal(0, 0.01):.5f}," for c in x]
    rows += [f"EV,,{signal(true) + rng.normal(0, 0.01):.5f},{dilution:g}" for _ in range(wells)]
    return "sample,standard_ug_per_ml,absorbance,dilution\n" + "\n".join(rows) + "\n"


def test_the_interval_holds_the_truth_as_often_as_it_says(tmp_path):
    rng = np.random.default_rng(7)
    inside = []
    for _ in range(200):
        found = read_protein(written(tmp_path, plate(rng, 400.0)))
        inside.append(found.low <= 800.0 <= found.high)
    assert np.mean(inside) == pytest.approx(0.90, abs=0.07)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace("sample,", "probe,"), "no column of the sample"),
        (lambda t: t.replace("EV,,", "EV,10,"), "holds no sample"),
        (lambda t: t + "EV2,,0.3,2\n", "several samples, got 'EV, EV2'"),
        (lambda t: t + "EV,,0.3,4\n", "differ in dilution"),
        (lambda t: "\n".join(t.split("\n")[:5]) + "\nEV,,0.3,1\n", "too few standards"),
        (lambda t: "\n".join(x for x in t.split("\n") if not x.startswith("EV")) + "EV,,3.5,1\n",
         "outside the standards"),
        (lambda t: t.replace("std,0,", "std,0,x", 1), "column absorbance"),
    ],
)  # fmt: skip
def test_a_bad_plate_gets_a_line(change, message, tmp_path):
    text = change(plate(np.random.default_rng(1), 400.0))
    with pytest.raises(InputError, match=message):
        read_protein(written(tmp_path, text))


# --- what a protocol takes


@pytest.fixture(scope="module")
def sample():
    return import_particles([EXAMPLES / "sizes.csv"], dilution=500.0, blank=EXAMPLES / "blank.csv",
                            protein=EXAMPLES / "protein.csv")  # fmt: skip


def test_free_protein_is_seen(sample):
    # 5.7e8 particles per ug is less than whole vesicles have
    assert any("free protein is there" in f for f in sample.flags)


def test_particles_per_ug(sample):
    ratio = sample.concentration["mean"] / sample.protein.ug_per_ml
    assert sample.particles_per_ug["median"] == pytest.approx(ratio)
    assert sample.particles_per_ug["low"] < ratio < sample.particles_per_ug["high"]
    assert sample.protein.ug_per_ml == pytest.approx(820.0, rel=0.05)  # it was made with 410, twice


def test_the_overlay_is_evidence(sample, tmp_path):
    (tmp_path / "vesicles.json").write_text(json.dumps(sample.summary()), "utf-8")
    found = measurement(tmp_path / "vesicles.json")
    path = written(tmp_path, overlay_text(found), "measured.csv")
    library = load([path])
    row = library.resolve("vesicle_diameter")
    assert (row.tier, row.source) == ("measured", "own_measurement")
    assert row.at(0.95) == pytest.approx(1e-9 * sample.size["d95_nm"], rel=1e-4)
    per_mass = library.resolve("particles_per_mass")
    assert per_mass.median == pytest.approx(1e9 * sample.particles_per_ug["median"], rel=1e-4)


def test_the_blocks_fit_a_protocol(sample, tmp_path):
    found = Measurement(sample.concentration["mean"], None, sample.size)
    text = protocol_text(found, "measured.csv", "UC-MSC", "ultracentrifugation")
    document = read_document(written(tmp_path, text, "vesicle.yaml"))
    vesicle = VesicleSpec.model_validate(document["therapy"]["vesicle"])
    assert vesicle.source.cell == "UC-MSC"
    assert DeliverySpec.model_validate(document["therapy"]["delivery"]).dose == 1e8
    assert document["evidence"] == {"overlays": ["measured.csv"]}
    # the volume that holds the dose
    volume = 1e8 / sample.concentration["mean"] * 1e3
    assert f"{volume:.3g} uL" in text


def test_a_stored_import_of_another_format_is_refused(tmp_path):
    with pytest.raises(InputError, match="unknown format"):
        measurement(written(tmp_path, '{"format": "other/1"}'))
    with pytest.raises(InputError, match="damaged JSON"):
        measurement(written(tmp_path, '{"format": '))
