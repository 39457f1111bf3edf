"""Import of count tables as laboratories write them, and the lines a bad one gets."""

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evdisc.cargo.omics import import_cargo
from evdisc.errors import EvdiscError, InputError

EXAMPLES = Path(__file__).parents[2] / "examples" / "measured"
ROWS = {"hsa-miR-21-5p": (200_000, 150_000, 90_000, 210_000),
        "hsa-miR-26a-5p": (40_000, 35_000, 52_000, 41_000),
        "hsa-let-7a-5p": (9000, 8000, 9500, 9100), "hsa-miR-451a": (10, 12, 9, 4000),
        "hsa-miR-23a-3p": (3000, 2500, 2600, 10)}  # fmt: skip
SAMPLES = ("s1", "s2", "s3", "s4")


def table(sep=",", rows=ROWS, samples=SAMPLES):
    lines = [sep.join(["miRNA", *samples])]
    lines += [sep.join([n, *map(str, v)]) for n, v in rows.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("sample,group,batch\ns1,a,x\ns2,a,y\ns3,b,x\ns4,b,y\n", "utf-8")
    return path


def read(tmp_path, content, sheet, name="counts.csv", **more):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_cargo(path, sheet, **more)


def excel(tmp_path):
    pytest.importorskip("openpyxl")
    path = tmp_path / "book.xlsx"
    pd.DataFrame(ROWS, index=list(SAMPLES)).T.to_excel(path, index_label="miRNA")
    return path.read_bytes()


@pytest.mark.parametrize("form", [
    "plain", "semicolon", "tab", "crlf", "bom", "utf-16", "gzip", "quoted", "no corner", "xlsx",
])  # fmt: skip
def test_the_form_of_the_file_does_not_matter(form, tmp_path, sheet):
    plain = table()
    content = {
        "plain": plain, "semicolon": table(";"), "tab": table("\t"),
        "crlf": plain.replace("\n", "\r\n"), "bom": b"\xef\xbb\xbf" + plain.encode(),
        "utf-16": plain.encode("utf-16"), "gzip": gzip.compress(plain.encode()),
        "quoted": '"' + plain[:-1].replace(",", '","').replace("\n", '"\n"') + '"\n',
        "no corner": plain.replace("miRNA,", "", 1),
        "xlsx": excel(tmp_path) if form == "xlsx" else "",
    }[form]  # fmt: skip
    # the name of the file says nothing
    data = read(tmp_path, content, sheet, name="whatever.dat")
    assert data.kind == "mirna"
    assert data.values.loc["miR-21-5p"].tolist() == [200_000, 150_000, 90_000, 210_000]
    assert list(data.values.columns) == list(SAMPLES)


def test_the_tidy_table(tmp_path, sheet):
    tidy = read(tmp_path, table(), sheet).tidy()
    assert list(tidy) == ["feature", "sample", "group", "batch", "value", "normalised"]
    assert len(tidy) == 20
    first = tidy.set_index(["feature", "sample"]).loc[("miR-26a-5p", "s3")]
    assert (first["value"], first["group"], first["batch"]) == (52_000, "b", "x")


def test_haemolysis_is_seen(tmp_path, sheet):
    quality = read(tmp_path, table(), sheet).quality.set_index("sample")
    assert quality.loc["s4", "haemolysis_log_ratio"] == pytest.approx(np.log2(400))
    assert "severe haemolysis" in quality.loc["s4", "flags"]
    assert quality.loc["s1", "flags"] == ""


def test_a_near_empty_sample_is_flagged_and_sets_no_factor(tmp_path, sheet):
    rows = {n: (*v[:3], v[3] // 1000) for n, v in ROWS.items()}
    data = read(tmp_path, table(rows=rows), sheet)
    assert "near-empty" in data.quality.set_index("sample").loc["s4", "flags"]
    assert np.prod(data.factors[["s1", "s2", "s3"]]) == pytest.approx(1.0)
    assert data.group("b") == ["s3"]
    with pytest.raises(InputError, match="two samples in each group"):
        data.differential("a", "b")


def test_twins_are_joined_and_said(tmp_path, sheet):
    text = table() + "miR-21-5p,200000,150000,90000,210000\nhsa-let-7a-5p,1,1,1,1\n"
    data = read(tmp_path, text, sheet)
    assert data.values.loc["miR-21-5p", "s1"] == 200_000  # an equal row is the same row
    assert data.values.loc["let-7a-5p", "s1"] == 9001
    assert any("let-7a-5p: 2 rows added" in w for w in data.warnings)


def test_spike_ins_stand_apart(tmp_path, sheet):
    rows = ROWS | {f"hsa-miR-{i}-5p": (5, 5, 5, 5) for i in range(100, 130)}
    data = read(
        tmp_path, table(rows=rows | {"cel-miR-39-3p": (7, 7, 7, 7), "UniSp6": (9,) * 4}), sheet
    )
    assert list(data.others.index) == ["cel-miR-39-3p", "UniSp6"]
    assert "miR-39-3p" not in data.values.index


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (table().replace("150000", "NA"), "row 'hsa-miR-21-5p', column 's2', got 'NA'"),
        (table().replace("150000", "-3"), "row 'hsa-miR-21-5p', column 's2', got -3.0"),
        (table().replace("150000", "nan"), "column 's2', got 'nan'"),
        (table().replace("150000", "many"), "expected a number"),
        (table(";").replace("150000", "150,000"), "without thousands marks"),
        (table().replace("s2", "s1", 1), "column appears twice, got 's1'"),
        (table().replace("s2", "s22", 1), "sample has no column in the table"),
        ("", "is empty"),
        ("hello\n", "is no table"),
        (table()[:-12], "and the header 5"),
        ("gene,s1,s2,s3,s4\nACTB,1,2,3,4\n", "neither a miRNA nor a known protein table"),
        (b"\x1f\x8b\x08broken", "cannot be read"),
        (b"PK\x03\x04broken", "is no Excel table"),
    ],
)
def test_a_bad_table_gets_a_line(content, message, tmp_path, sheet):
    with pytest.raises(EvdiscError, match=message) as caught:
        read(tmp_path, content, sheet)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_numbers_that_are_no_counts_are_said(tmp_path, sheet):
    text = table(";").replace("150000", "150000,5")
    data = read(tmp_path, text, sheet)
    assert data.values.loc["miR-21-5p", "s2"] == 150_000.5
    assert any("no whole numbers" in w for w in data.warnings)
    rows = {n: tuple(1e6 * np.array(v) / np.array(list(ROWS.values())).sum(axis=0))
            for n, v in ROWS.items()}  # fmt: skip
    assert any("normalised already" in w for w in read(tmp_path, table(rows=rows), sheet).warnings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample\ns1\n", "is no table"),
        ("sample,other\ns1,a\n", "has no column 'group'"),
        ("sample,group\ns1,a\ns1,b\n", "sample appears twice, got 's1'"),
        ("sample,group\ns1,\n", "row 2 has no sample or no group"),
        ("sample,group,particles\ns1,a,many\n", "column particles, got 'many'"),
        ("sample,group,particles\ns1,a,-1\n", "expected a number above 0"),
        ("sample,group\ns11,a\n", "did you mean 's1'"),
    ],
)
def test_a_bad_sheet_gets_a_line(text, message, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        read(tmp_path, table(), path)


def test_columns_the_sheet_leaves_out_are_counted(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("sample,group\ns2,a\ns1,a\n", "utf-8")
    data = read(tmp_path, table(), path)
    assert list(data.values.columns) == ["s2", "s1"]
    assert data.dropped == {"samples not in the sheet": 2}


def test_a_batch_that_parts_the_samples_is_seen(tmp_path):
    rng = np.random.default_rng(1)
    names = [f"s{i}" for i in range(8)]
    base = rng.lognormal(7, 1, 80)
    shift = np.where(np.arange(80) < 40, 4.0, 1.0)
    data = {n: rng.poisson(base * (shift if i % 2 else 1.0) * 50) for i, n in enumerate(names)}
    rows = {f"miR-{k}-5p": tuple(data[n][k] for n in names) for k in range(1, 80)}
    path = tmp_path / "sheet.csv"
    path.write_text("sample,group,batch\n" + "".join(
        f"{n},{'ab'[i // 4]},{'xy'[i % 2]}\n" for i, n in enumerate(names)), "utf-8")  # fmt: skip
    found = read(tmp_path, table(rows=rows, samples=names), path)
    assert any("component 1" in w and "follows the batch" in w for w in found.warnings)
    path.write_text(path.read_text("utf-8").replace("a,y", "a,x").replace("b,x", "b,y"), "utf-8")
    confounded = import_cargo(tmp_path / "counts.csv", path)
    assert any("cannot be told apart" in w for w in confounded.warnings)


def test_the_example_says_what_it_repaired():
    data = import_cargo(EXAMPLES / "mirna-counts.csv", EXAMPLES / "samples.csv")
    repaired = {tuple(r[:2]) for r in data.summary()["names_repaired"]}
    assert ("hsa-LET-7i-5p", "hsa-let-7i-5p") in repaired
    assert len(repaired) == 3
    assert data.summary()["groups"] == {"normoxia": 3, "hypoxia": 3}


@pytest.mark.parametrize("file", ["healthy", "cancer_cellline_derived_exosomes1"])
def test_published_count_tables_are_read(file, tmp_path):
    folder = Path(os.environ.get("EVDISC_REFERENCE_DATA") or "none") / "ev_mirna_counts"
    paths = sorted(folder.glob(f"*{file}*.csv.gz"))
    if not paths:
        pytest.skip("EVDISC_REFERENCE_DATA holds no count tables")
    frame = pd.read_csv(paths[0], index_col=0)
    samples = [c for c in frame.columns if c != "gene_id"]
    sheet = tmp_path / "sheet.csv"
    rows = "".join(f"{s.removesuffix('.count')},all\n" for s in samples)
    sheet.write_text("sample,group\n" + rows, "utf-8")
    data = import_cargo(paths[0], sheet)
    # the library sizes are those pandas finds; the same mature name on several loci adds up
    assert data.quality["total"].to_numpy() == pytest.approx(
        frame[samples].sum().to_numpy(), rel=1e-3
    )
