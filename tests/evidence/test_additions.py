import csv
import io
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from evdisc.cli import app
from evdisc.errors import EvdiscError, EvidenceError
from evdisc.evidence.additions import add, from_csv, from_document
from evdisc.evidence.library import load
from evdisc.evidence.tables import COLUMNS, parse, parse_blocks, parse_loose, shipped, write_rows

PAPER = {
    "sources": [{"study": "mine2026", "authors": "Me A", "year": 2026, "laboratory": "our bench"}],
    "entities": [{"name": "miR-999-5p", "types": "miRNA", "related": "miR-999"},
                 {"name": "miR-999", "types": "miRNA", "related": "miR-999-5p"}],
    "claims": [
        {"study": "mine2026", "source": "miR-999-5p", "source_type": "miRNA", "target": "NLRP3",
         "target_type": "gene", "sign": -1, "relation": "targets", "proof": "reporter assay",
         "cell": "NP", "setting": "in vitro"},
        {"study": "mine2026", "source": "miR-999", "source_type": "miRNA", "target": "PTEN",
         "target_type": "gene", "sign": 0, "relation": "regulates", "proof": "unknown"},
    ],
}  # fmt: skip
LOOSE = """study,authors,year
mine2026,Me A,2026

study,source,source_type,target,target_type,sign,relation,proof,cell,setting
mine2026,miR-21,miRNA,PTEN,gene,-1,targets,knock-down,NP,in vitro
"""


def changed(table, row, **cells):
    document = {k: [dict(r) for r in v] for k, v in PAPER.items()}
    document[table][row] |= cells
    return document


def test_a_paper_goes_into_an_overlay_and_only_there(tmp_path):
    overlay = tmp_path / "mine.csv"
    before = load()
    assert add(from_document(PAPER, "paper.yaml"), overlay, "paper.yaml") == {
        "sources": 1, "entities": 2, "claims": 2,
    }  # fmt: skip
    after = load([overlay])
    assert len(after.claims) == len(before.claims) + 2
    assert after.claims[0].claim == "mine2026.mir9995p-nlrp3"
    assert after.claims[0].tier == "measured"
    assert load().claims == before.claims


def test_adding_twice_changes_nothing_and_other_contents_are_refused(tmp_path):
    overlay = tmp_path / "mine.csv"
    add(from_document(PAPER, "p"), overlay, "p")
    once = overlay.read_bytes()
    assert add(from_document(PAPER, "p"), overlay, "p") == {
        "sources": 0, "entities": 0, "claims": 0,
    }  # fmt: skip
    assert overlay.read_bytes() == once
    other = changed("claims", 0, note="another story")
    with pytest.raises(EvidenceError, match="in the overlay already, with other contents"):
        add(from_document(other, "p"), overlay, "p")
    assert overlay.read_bytes() == once


def test_a_second_paper_is_added_to_the_first(tmp_path):
    overlay = tmp_path / "mine.csv"
    add(from_document(PAPER, "p"), overlay, "p")
    second = tmp_path / "second.csv"
    second.write_text(LOOSE.replace("mine2026", "mine2027"), "utf-8")
    assert add(from_csv(second), overlay, second) == {"sources": 1, "claims": 1}
    library = load([overlay])
    assert {"mine2026", "mine2027"} <= set(library.sources)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (changed("claims", 0, study="nobody"), "study is not in the sources"),
        (changed("claims", 0, sign=2), "column sign, got '2'; expected 1"),
        (changed("claims", 0, relation="target"), "did you mean 'targets'"),
        (changed("claims", 0, target="Bach1"), "did you mean 'BACH1'"),
        (changed("claims", 0, target_type="pathway"), "'NLRP3' is gene, got 'pathway'"),
        (changed("claims", 0, cell="NPP"), "column cell: 'NPP' is not in the vocabulary"),
        (changed("claims", 1, sign=1), "column sign, got '1'; expected 0"),
        (changed("claims", 0, colour="red"), "no such column, got 'colour'"),
        (changed("claims", 0, note=["a"]), "expected one value"),
        (changed("entities", 0, types="mirna"), "column types"),
        ({"claim": []}, "no such table, got 'claim'"),
        ({"claims": "x"}, "a table is a list of rows"),
        ({"claims": ["x"]}, "claims row 1 is no mapping"),
        ({"claims": []}, "holds no row to add"),
        (["x"], "not an evidence document"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(document, words, tmp_path):
    overlay = tmp_path / "mine.csv"
    with pytest.raises(EvidenceError, match=words.replace("(", r"\(")):
        add(from_document(document, "paper.yaml"), overlay, "paper.yaml")
    assert list(tmp_path.iterdir()) == []


def test_a_chain_that_contradicts_its_own_net_effect_is_refused(tmp_path):
    row = {"study": "mine2026", "chain": "mine", "source_type": "miRNA", "sign": -1,
           "relation": "inhibits", "cell": "NP", "setting": "in vitro"}  # fmt: skip
    claims = [
        row | {"step": "1", "source": "miR-999", "target": "PTEN", "target_type": "gene"},
        row | {"step": "2", "source": "PTEN", "source_type": "gene", "target": "apoptosis",
               "target_type": "phenotype"},
        row | {"step": "end", "source": "miR-999", "target": "apoptosis",
               "target_type": "phenotype"},
    ]  # fmt: skip
    with pytest.raises(EvidenceError, match="do not give the sign of the net effect"):
        add(from_document(PAPER | {"claims": claims}, "p"), tmp_path / "o.csv", "p")


@pytest.mark.parametrize("name", ["o.txt", "none/o.csv"])
def test_an_overlay_that_cannot_be_written_is_refused(name, tmp_path):
    with pytest.raises(EvidenceError, match="overlay"):
        add(from_document(PAPER, "p"), tmp_path / name, "p")


def test_tables_survive_a_round_trip():
    rows = {name: shipped(name) for name in COLUMNS}
    again = parse_blocks(write_rows(rows), file="again.csv")
    for name, own in rows.items():
        assert [{k: v for k, v in r.items() if k != "#"} for r in own] == [
            {k: v for k, v in r.items() if k != "#"} for r in again[name]
        ]


def complaint(reader, text, otherwise):
    """What a reader says against a text, or ``otherwise`` where it takes it."""
    try:
        reader(text)
    except EvidenceError as error:
        return str(error)
    return otherwise


CLAIMS = write_rows({"claims": shipped("claims")[:40]})


@given(
    st.integers(0, len(CLAIMS)), st.sampled_from(["", '"', ",", "\n", "\0", "x,", "\ud7ff", "é"])
)
@settings(max_examples=150)
def test_a_damaged_table_is_read_or_refused_with_its_line(at, bit):
    for text in (CLAIMS[:at] + bit, CLAIMS[:at] + bit + CLAIMS[at + 1 :]):
        for reader in (lambda t: parse(t, "claims", file="f.csv"),
                       lambda t: parse_blocks(t, file="f.csv"),
                       lambda t: parse_loose(t, file="f.csv")):  # fmt: skip
            assert "f.csv:" in complaint(reader, text, "f.csv:")


@given(st.data())
@settings(max_examples=60)
def test_a_claim_with_any_cell_replaced_is_read_or_refused_with_its_column(data):
    rows = list(csv.reader(io.StringIO(CLAIMS)))
    row = data.draw(st.integers(1, len(rows) - 1))
    column = data.draw(st.integers(0, len(COLUMNS["claims"]) - 1))
    rows[row][column] = data.draw(st.text(st.characters(codec="utf-8"), max_size=6))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    from evdisc.evidence.claims import parse_claim

    def read(text):
        for parsed in parse(text, "claims", file="f.csv"):
            parse_claim(parsed, "f.csv")

    told = complaint(read, out.getvalue(), "column")
    assert "column" in told or "f.csv:" in told


def test_the_command_takes_yaml_csv_and_refuses_the_rest(tmp_path):
    run = CliRunner()
    paper, overlay = tmp_path / "paper.csv", tmp_path / "o.csv"
    paper.write_text(LOOSE, "utf-8")
    checked = run.invoke(app, ["evidence", "check", str(paper)])
    assert checked.exit_code == 0
    assert "1 claims" in checked.output
    assert run.invoke(app, ["evidence", "add", str(paper), "--to", str(overlay)]).exit_code == 0
    for text in ("a: [1", "- x", "claims:\n  - {study: x, study: y}"):
        bad = tmp_path / "bad.yaml"
        bad.write_text(text, "utf-8")
        result = run.invoke(app, ["evidence", "add", str(bad), "--to", str(overlay)])
        assert isinstance(result.exception, EvdiscError)
        assert result.exception.exit_code == 2


def test_an_overlay_acts_only_where_a_protocol_names_it(tmp_path):
    from evdisc.protocol.yaml_io import load_protocol
    from evdisc.study.execute import run as run_study

    overlay = tmp_path / "mine.csv"
    add(from_document(PAPER, "p"), overlay, "p")
    example = Path(__file__).parents[2] / "examples" / "np-dish-il1b-mir-410.yaml"
    protocol = tmp_path / "dish.yaml"
    shutil.copy(example, protocol)
    small = ["ensemble.members=2", "therapy.vesicle.cargo.0.molecule=miR-999-5p"]
    with pytest.raises(EvdiscError, match="no claim mentions this cargo"):
        run_study(load_protocol(protocol, small), tmp_path / "without")
    named = [*small, "evidence.overlays=[mine.csv]"]
    done = run_study(load_protocol(protocol, named), tmp_path / "with")
    assert (done.folder / "overlays" / "00-mine.csv").read_bytes() == overlay.read_bytes()
    assert "mine2026.mir9995p-nlrp3" in done.result["evidence"]
