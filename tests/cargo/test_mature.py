"""Names of miRNAs and a user's own miRBase."""

import json

import pytest
from typer.testing import CliRunner

from cargo.reference import reference
from evdisc.cargo import mature, mirbase
from evdisc.cargo.molecules import fold
from evdisc.cli import app
from evdisc.errors import InputError
from evdisc.evidence.library import load

FASTA = ">hsa-miR-22-3p MIMAT0000077 Homo sapiens miR-22-3p\nAAGCUGCCAGUUGAAGAACUGU\n"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EVDISC_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def names(asked, **more):
    return [m.name for m in mature.find(asked, **more).matures]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("hsa-miR-21-5p", "hsa-miR-21-5p"), ("HSA-MIR-21-5P", "hsa-miR-21-5p"),
        ("miR-21-5p", "hsa-miR-21-5p"), ("miR-21", "hsa-miR-21-5p"), ("miR-27a", "hsa-miR-27a-3p"),
        ("miR-410", "hsa-miR-410-3p"), ("miR-3594-5p", "rno-miR-3594-5p"),
        ("mmu-miR-21-5p", "mmu-miR-21a-5p"), ("rno-miR-21-5p", "rno-miR-21-5p"),
        ("miR-665", "hsa-miR-665"), ("antagomiR-4450", "hsa-miR-4450"),
        ("mmu-miR-105-5p", "mmu-miR-105"),
    ],
)  # fmt: skip
def test_a_name_finds_its_sequence(asked, found):
    assert names(asked) == [found]


def test_a_name_of_two_arms_is_told():
    assert "other arm is hsa-miR-21-3p" in mature.find("miR-21").notes[0]
    both = mature.find("miR-302c")
    assert {m.name for m in both.matures} == {"hsa-miR-302c-5p", "hsa-miR-302c-3p"}
    assert "both are looked at" in both.notes[0]
    assert "miR-125a-5p" in mature.find("miR-125-5p").notes[0]
    assert "hsa-miR-125b-5p" in mature.find("miR-125-5p").notes[0]
    assert not mature.find("hsa-miR-21-5p").notes


def test_the_species_may_be_given_apart():
    assert names("miR-21", species="mouse") == ["mmu-miR-21a-5p"]
    assert names("miR-31-5p", species="rat") == ["rno-miR-31a-5p"]
    with pytest.raises(InputError, match="did you mean 'mouse'"):
        mature.find("miR-21", species="mouses")


def test_every_mirna_of_the_evidence_has_a_sequence():
    claims = load().claims
    named = {n for c in claims
             for n, kind in ((c.source, c.source_type), (c.target, c.target_type))
             if kind == "miRNA"}  # fmt: skip
    assert len(named) > 20
    for name in named:
        for found in mature.find(name).matures:
            assert 17 <= len(found.sequence) <= 27
            assert set(found.sequence) <= set("ACGU")


def test_shipped_sequences_are_those_of_mirbase():
    read = mirbase.read_fasta_file(reference("mirbase22.1_hsa_mmu_rno_mature.fa"))
    whole = {name: (accession, sequence) for name, accession, sequence in read.rows}
    assert read.species == {"hsa": 2656, "mmu": 1978, "rno": 764}
    for name, found in mature.shipped().items():
        assert (found.accession, found.sequence) == whole[name]


def test_an_unknown_name_is_told_with_the_nearest_and_what_to_do():
    with pytest.raises(InputError, match="did you mean 'hsa-miR-21-5p'") as told:
        mature.find("hsa-miR-2l-5p")
    assert "evdisc cargo mirbase" in str(told.value)
    with pytest.raises(InputError, match="no such miRNA"):
        mature.find("")


def test_a_users_mirbase_is_kept_and_found(tmp_path, own_folder):
    with pytest.raises(InputError):
        mature.find("miR-22")
    file = tmp_path / "mature.fa"
    file.write_text(FASTA.replace("U", "T"), "utf-8")
    result = CliRunner().invoke(app, ["cargo", "mirbase", str(file)])
    assert result.exit_code == 0, result.output
    assert "1 mature miRNAs of 1 species: hsa 1" in result.stdout
    assert "hsa-miR-22-3p MIMAT0000077 AAGCUGCCAGUUGAAGAACUGU" in result.stdout
    assert names("miR-22-3p") == ["hsa-miR-22-3p"]
    kept = own_folder / "mirbase-mature.csv"
    assert kept.read_text("utf-8").startswith("# evdisc-mature/1; miRBase, read from mature.fa")
    assert [p.name for p in own_folder.iterdir()] == [kept.name]
    told = CliRunner().invoke(app, ["cargo", "mirbase", str(file), "--json"])
    assert json.loads(told.stdout)["sequences"] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no sequence"),
        (">chr1\nACGUACGUACGU\n", "is no miRBase name"),
        (">hsa-mir-21 MI0000077\n" + "ACGU" * 20 + "\n", "mature.fa"),
        (FASTA + FASTA.replace("-22-", "-22-"), "is no miRBase name|occurs twice"),
    ],
)
def test_a_file_that_is_no_mirbase_is_told_and_nothing_is_lost(tmp_path, own_folder, text, words):
    good, bad = tmp_path / "good.fa", tmp_path / "bad.fa"
    good.write_text(FASTA, "utf-8")
    mirbase.store(mirbase.read_fasta_file(good))
    before = (own_folder / "mirbase-mature.csv").read_bytes()
    bad.write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["cargo", "mirbase", str(bad)])
    assert isinstance(result.exception, InputError)
    with pytest.raises(InputError, match=words):
        mirbase.read_fasta_file(bad)
    assert (own_folder / "mirbase-mature.csv").read_bytes() == before


@pytest.mark.parametrize(
    "text", ["", "# evdisc-mature/9; x\nname\n", "# evdisc-mature/1; x\na,b\n"]
)
def test_a_damaged_store_is_told(own_folder, text):
    own_folder.mkdir()
    (own_folder / "mirbase-mature.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match="evdisc cargo mirbase"):
        mature.library()


def test_names_fold_alike_with_and_without_species():
    assert fold("hsa-miR-21-5p") == fold("MIR-21-5P")
