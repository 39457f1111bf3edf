"""Targets: three kinds of evidence apart, conservation, cooperation, overlay, page, command."""

import json
import random
import sys

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from cargo.reference import reference
from evdisc.cargo import mature
from evdisc.cargo.conservation import read_alignment
from evdisc.cargo.fasta import from_texts, read_fasta
from evdisc.cargo.genes import Genes
from evdisc.cargo.seed_sites import index
from evdisc.cargo.sites import canonical, duplexes
from evdisc.cargo.target_overlay import STUDY, overlay, write_overlay
from evdisc.cargo.targets import Question, targets, threshold, verdict
from evdisc.cli import app
from evdisc.errors import EvdiscError, InputError, MissingExtraError
from evdisc.evidence.check import problems
from evdisc.evidence.library import load
from evdisc.report.targets_page import targets_page

MIR21, SITE = "UAGCUUAUCAGACUGAUGUUGA", "AUAAGCUA"
GAP = "CCGGCCGGCC"


@pytest.fixture(autouse=True)
def no_mirbase(tmp_path, monkeypatch):
    monkeypatch.setenv("EVDISC_DATA_HOME", str(tmp_path / "data"))


def random_utr(size, seed=1):
    return "".join(random.Random(seed).choices("ACGU", k=size))


def find(utrs, name="hsa-miR-21-5p", **more):
    named = from_texts(utrs) if isinstance(utrs, dict) else utrs
    return targets(mature.find(name), named, Question(load(), **more))


def run(*words):
    return CliRunner().invoke(app, ["cargo", "targets", *map(str, words)])


def written(tmp_path, text, name="utr.fa"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


# --- three kinds of evidence


def test_pten_is_reported_for_mir_21_and_has_no_canonical_site():
    answer = find(read_fasta(reference("rnahybrid_reference", "pten_utr.fa")), "miR-21")
    (pair,) = answer.pairs
    assert pair.gene == "PTEN"
    assert pair.canonical == 0
    assert "cheng2018.mir21-pten" in pair.reported
    assert "no canonical site" in pair.verdict
    assert answer.disagreements == [pair]
    assert all(s.type == "duplex only" for s in answer.sites)
    assert all(s.evidence == ("duplex only", "reported") for s in answer.sites)


def test_pten_has_canonical_sites_of_mir_26a_that_nobody_reported():
    answer = find(read_fasta(reference("rnahybrid_reference", "pten_utr.fa")), "miR-26a-5p")
    seeded = [(s.start, s.end, s.type) for s in answer.sites if s.type != "duplex only"]
    assert seeded == [(41, 47, "7mer-A1"), (1261, 1268, "8mer"), (2619, 2626, "8mer")]
    assert not answer.disagreements
    assert answer.pairs[0].verdict == "canonical site, not reported in the evidence"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ((True, 2, 0), "reported, and the UTR has a canonical site"),
        ((True, 0, 3), "reported, but this UTR has no canonical site: duplexes"),
        ((True, 0, 0), "no strong duplex either"),
        ((False, 1, 0), "canonical site, not reported"),
        ((False, 0, 1), "duplexes without a seed match only, not reported"),
    ],
)
def test_verdicts(case, words):
    assert words in verdict(*case)


@pytest.mark.parametrize(
    ("header", "gene"),
    [
        ("PTEN_3UTR", "PTEN"), ("NM_000314.4 PTEN Homo sapiens mRNA", "PTEN"),
        ("ENST01|ENSG01|PTEN|3UTR", "PTEN"), ("x gene_symbol:PTEN more", "PTEN"),
        ("NM_1 Homo sapiens phosphatase (PTEN), mRNA", "PTEN"), ("u1 gene=Pten", "PTEN"),
        ("u2 gene=XYZ1 PTEN", ""), ("chr1:1-200", None), ("", None),
    ],
)  # fmt: skip
def test_the_gene_of_a_header(header, gene):
    found = Genes(load().entities).of(header)
    assert (found.name if found else None) == gene


# --- energies and duplexes


def test_duplexes_do_not_overlap_and_are_the_strongest_of_their_place():
    utrs = from_texts({"a": random_utr(4000)})
    mirna = mature.find("hsa-miR-21-5p").matures[0]
    known = canonical(utrs, index(utrs.codes), mirna)
    found = duplexes(utrs, mirna, -10.0, known)
    assert len(found) > 5
    assert (found.energies < -10).all()
    assert (found.starts[1:] > found.ends[:-1]).all()
    fewer = duplexes(utrs, mirna, -14.0, known)
    strong = {(int(s), int(e)) for s, e in zip(fewer.starts, fewer.ends, strict=True)}
    assert strong <= {(int(s), int(e)) for s, e in zip(found.starts, found.ends, strict=True)}


def test_energies_of_duplexes_agree_with_viennarna():
    rna = pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    text = random_utr(3000, seed=4)
    answer = find({"a": text}, energy_below=-11.0)
    assert any(s.type == "duplex only" for s in answer.sites)
    for s in answer.sites:
        if s.type == "duplex only":
            window = text[max(0, s.start - 2) : s.end + 1]
            assert rna.duplexfold(window, MIR21).energy <= s.energy + 0.01


def test_no_site_is_weaker_than_asked():
    text = random_utr(500, 2) + SITE + random_utr(500, 3)
    every, few = find({"a": text}), find({"a": text}, energy_below=-13.0)
    assert any(s.type == "8mer" for s in every.sites)
    assert all(s.energy < -13.0 for s in few.sites)


def test_the_threshold_is_the_rows_of_the_evidence():
    assert threshold(load()) == -16.0


@pytest.mark.parametrize(("between", "together"), [(0, True), (32, True), (33, False)])
def test_sites_cooperate_at_8_to_40_bases(between, together):
    utr = "CC" + SITE + ("CG" * 40)[:between] + SITE + "CC"
    first, second = (s for s in find({"a": utr}).sites if s.type == "8mer")
    assert first.start == 3
    assert second.start - first.start == 8 + between
    assert first.cooperates_with == ((second.start,) if together else ())
    assert second.cooperates_with == ((first.start,) if together else ())


def test_a_site_at_the_very_end_of_a_utr_has_an_energy():
    for text in ("UAAGCU", "C" * 9 + "AUAAGCU", "AUAAGCUA" + "C" * 9):
        (site,) = find({"a": text}).sites
        assert np.isfinite(site.energy)
        assert site.duplex is not None


# --- conservation


def aligned(tmp_path, **rows):
    text = "".join(f">u|{species}\n{letters}\n" for species, letters in rows.items())
    return read_alignment(written(tmp_path, text, "aligned.fa"))


def test_a_site_is_conserved_where_another_species_has_one_in_its_columns(tmp_path):
    alignment = aligned(
        tmp_path, human=GAP + "AU-AAGCUA" + GAP, mouse=GAP + "AUCAAGCUA" + GAP,
        rat=GAP + "-U-AAGCUC" + GAP, cow="AUAAGCUAC" + "-" * 20, dog="-" * 29,
    )  # fmt: skip
    (site,) = (s for s in find({"u": GAP + SITE + GAP}, alignment=alignment).sites)
    assert site.conserved_in == ("rat",)
    assert site.aligned_species == 4


def test_an_alignment_of_other_sequences_is_refused(tmp_path):
    alignment = aligned(tmp_path, human=GAP + SITE, mouse=GAP + SITE)
    with pytest.raises(InputError, match="no row of u has the bases of the UTR"):
        find({"u": SITE + GAP}, alignment=alignment)
    with pytest.raises(InputError, match="aligns none of the UTRs"):
        find({"v": SITE + GAP}, alignment=alignment)


@pytest.mark.parametrize(
    ("text", "words"),
    [(">u|a\nACG\n>u|b\nAC\n", "differ in length"), (">u\nACG\n", "no species"),
     (">u|a\nACG\n>u|a\nACG\n", "occurs twice"), (">u|a\nMKV-LE\n", "looks like a protein")],
)  # fmt: skip
def test_a_file_that_is_no_alignment_is_told(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read_alignment(written(tmp_path, text))


def test_targetscan_groups_species_as_we_do(tmp_path):
    """Rows of TargetScan's sample: the species whose sites it puts in one group.

    TargetScan builds groups by overlap from site to site, so a group may hold a species whose site
    overlaps a third one only; ours asks for overlap with the site itself. So ours is a part of it.
    """
    folder = reference("targetscan70_reference", "test")
    lines = (folder / "input" / "UTR_Sequences_sample.txt").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    text = "".join(f">{g}|{s}\n{t}\n" for g, s, t in rows if t.strip("-"))
    alignment = read_alignment(written(tmp_path, text))
    human = {g: t.replace("-", "") for g, s, t in rows if s == "9606"}
    output = (folder / "output" / "targetscan_70_output.txt").read_text("utf-8").splitlines()[1:]
    same = total = 0
    for cells in (line.split("\t") for line in output):
        if cells[1] != "let-7/98" or cells[2] != "9606":
            continue
        let7 = mature.Mature("hsa-let-7a-5p", "", "UGAGGUAGUAGGUUGUAUAGUU", "test")
        question = Question(load(), alignment=alignment, duplexes=False)
        answer = targets(mature.Found("let-7a", (let7,)), from_texts(human), question)
        (site,) = (s for s in answer.sites if s.utr == cells[0] and s.start == int(cells[5]))
        group = set(cells[11].split()) - {"9606"}
        assert set(site.conserved_in) <= group
        same += set(site.conserved_in) == group
        total += 1
    assert total >= 5
    assert same / total > 0.8


# --- accessibility


def test_a_site_inside_a_hairpin_is_less_free_than_one_in_the_open():
    pytest.importorskip("RNA", reason="ViennaRNA is not installed")
    stem = "GGCCGGCC"
    hidden = "A" * 30 + stem + SITE + "UAGCUUAU" + "GGCCGGCC" + "A" * 30
    (open_site,) = find({"a": "A" * 40 + SITE + "A" * 40}, accessibility=True).sites
    (shut,) = [s for s in find({"a": hidden}, accessibility=True).sites if s.type != "duplex only"]
    assert 0 <= shut.accessibility < 0.05 < 0.5 < open_site.accessibility <= 1


def test_a_missing_viennarna_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "RNA", None)
    with pytest.raises(MissingExtraError, match=r"evdisc\[rna\]"):
        find({"a": SITE}, accessibility=True)


# --- overlay


def test_an_overlay_loads_is_weak_and_changes_nothing_unless_named(tmp_path):
    library = load()
    before = library.claims
    utrs = {"NLRP3_utr": GAP + SITE + GAP, "u gene=NEWGENE1": GAP + SITE, "chr1": SITE,
            "PTEN_3UTR": GAP + SITE}  # fmt: skip
    answer = find(utrs, "miR-21")
    made = overlay(answer, library)
    assert [made.reported, made.unnamed] == [1, 1]
    path = tmp_path / "predicted.csv"
    write_overlay(path, made)
    joined = load([path])
    added = [c for c in joined.claims if c.study == STUDY]
    assert {(c.source, c.target) for c in added} == {("miR-21", "NLRP3"), ("miR-21", "NEWGENE1")}
    for claim in added:
        assert (claim.proof, claim.tier, claim.sign) == ("inferred", "assumed", -1)
        assert "canonical site" in claim.note
    assert not problems(joined, added)
    assert load().claims == before
    assert [c for c in joined.claims if c.study != STUDY] == list(before)


def test_an_overlay_without_claims_loads_too(tmp_path):
    library = load()
    path = tmp_path / "none.csv"
    write_overlay(path, overlay(find({"a": "CCCC"}), library))
    assert load([path]).claims == library.claims


# --- page and command


def test_the_page_is_whole_escapes_names_and_is_the_same_each_time():
    utrs = {"PTEN<b>": GAP + random_utr(300), "NLRP3_utr": GAP + SITE + GAP}
    answer = find(utrs, "miR-21", energy_below=0.0)
    text = targets_page(answer, load())
    assert text == targets_page(answer, load())
    for words in ("reported to lower PTEN", "PTEN&lt;b&gt;", "data (CSV)", "Mathews", "8mer"):
        assert words in text
    assert "PTEN<b>" not in text.partition("<h1>")[2].partition("<script")[0]
    assert "No UTR holds a canonical site" in targets_page(find({"a": "CCCC"}), load())


def test_json_csv_and_table_hold_the_same_sites(tmp_path):
    utr = written(tmp_path, f">NLRP3_utr\n{GAP}{SITE}{random_utr(60)}{SITE}\n")
    out = tmp_path / "sites.csv"
    result = run("miR-21", "--utr", utr, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["mirna"] == "miR-21"
    assert told["matures"][0]["name"] == "hsa-miR-21-5p"
    table = pd.read_csv(out)
    assert set(table["format"]) == {"evdisc-targets/1"}
    rows = list(zip(table.utr, table.start, table.end, table.type, table.energy, strict=True))
    assert rows == [(s["utr"], s["start"], s["end"], s["type"], s["energy"]) for s in told["sites"]]
    assert told["sites"][0]["evidence"] == ["canonical"]
    text = run("miR-21", "--utr", utr).stdout
    assert "8mer" in text
    assert "canonical site, not reported" in text


def test_all_mirnas_give_a_table_and_the_counts(tmp_path):
    utr = written(tmp_path, f">PTEN_3UTR\n{GAP}{SITE}{random_utr(400)}\n>b\n{random_utr(300, 8)}\n")
    out = tmp_path / "all.csv"
    told = json.loads(run("all", "--utr", utr, "--json").stdout)
    assert told["listed"]
    assert (
        told["total"]
        == len(told["sites"])
        == sum(n for c in told["mirnas"] for kind, n in c.items() if kind != "mirna")
    )
    assert len(told["mirnas"]) == sum(m.species == "hsa" for m in mature.shipped().values())
    assert run("all", "--utr", utr, "--out", out).exit_code == 0
    table = pd.read_csv(out)
    assert len(table) == told["total"]
    row = table[(table.mirna == "hsa-miR-21-5p") & (table.utr == "PTEN_3UTR")].iloc[0]
    assert (row.start, row.end, row.type) == (11, 18, "8mer")
    assert row.evidence == "canonical; reported"
    alone = {(s.utr, s.start, s.end, s.type) for s in find(read_fasta(utr)).sites}
    own = table[table.mirna == "hsa-miR-21-5p"]
    assert {tuple(r) for r in own[["utr", "start", "end", "type"]].to_numpy()} == {
        s for s in alone if s[3] != "duplex only"
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("miR-9999",), "no such miRNA"),
        (("miR-21", "--energy-below", "nan"), "is no energy"),
        (("all", "--page", "x.html"), "goes with one miRNA"),
        (("all", "--species", "dog"), "no miRNA of this species"),
        (("miR-21", "--species", "dog"), "no such species"),
    ],
)
def test_bad_input_is_told_and_writes_nothing(tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    utr = written(tmp_path, f">a\n{SITE}\n")
    result = run(*words, "--utr", utr, "--out", tmp_path / "out.csv")
    assert isinstance(result.exception, EvdiscError)
    assert told in str(result.exception)
    assert result.exception.exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["utr.fa"]


def test_a_folder_that_cannot_be_written_keeps_what_was_there(tmp_path):
    utr = written(tmp_path, f">a\n{SITE}\n")
    (tmp_path / "out.csv").mkdir()
    result = run("miR-21", "--utr", utr, "--out", tmp_path / "out.csv")
    assert "cannot be written" in str(result.exception)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "utr.fa"]
