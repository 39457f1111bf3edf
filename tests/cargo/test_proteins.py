"""Protein tables of the usual programs, and what is dropped from them."""

from pathlib import Path

import numpy as np
import pytest

from evdisc.cargo.omics import import_cargo
from evdisc.errors import InputError

EXAMPLES = Path(__file__).parents[2] / "examples" / "measured"
MAXQUANT = (
    "Protein IDs\tMajority protein IDs\tGene names\tMol. weight [kDa]\tReverse\t"
    "Potential contaminant\tOnly identified by site\tIntensity\tIntensity s1\tIntensity s2\t"
    "iBAQ\tiBAQ peptides\tiBAQ s1\tiBAQ s2\n"
    "P1;P9\tP1\tCD9;CD9X\t25\t\t\t\t30\t10\t20\t3\t8\t1\t2\n"
    "P2\tP2\t\t50\t\t\t\t30\t10\t20\t3\t8\t1\t2\n"
    "CON__P3\tCON__P3\tALB\t69\t\t+\t\t9\t9\t9\t9\t9\t9\t9\n"
    "REV__P4\tREV__P4\t\t30\t+\t\t\t9\t9\t9\t9\t9\t9\t9\n"
    "P5\tP5\tXYZ\t30\t\t\t+\t9\t9\t9\t9\t9\t9\t9\n"
    "P6\tP6\tZERO\t30\t\t\t\t0\t0\t0\t0\t0\t0\t0\n"
    "P7\tP7\tALB\t69\t\t\t\t60\t20\t40\t3\t8\t2\t4\n"
)
DIANN = (
    "Protein.Group\tProtein.Ids\tProtein.Names\tGenes\tFirst.Protein.Description\t"
    "D:\\runs\\s1.raw\tD:\\runs\\s2.raw\n"
    "P1\tP1\tCD9_HUMAN\tCD9\tCD9 antigen\t10\t\n"
    "P2;P3\tP2\tX_HUMAN\tAPOB;APOBX\tx\t5\t7\n"
    "contam_P8\tcontam_P8\t\tKRT1\t\t5\t7\n"
)
FRAGPIPE = (
    "Protein\tProtein ID\tEntry Name\tGene\tCombined Total Peptides\ts1 Spectral Count\t"
    "s1 Intensity\ts2 Intensity\ts1 MaxLFQ Intensity\ts2 MaxLFQ Intensity\n"
    "sp|P1|CD9_HUMAN\tP1\tCD9_HUMAN\tCD9\t3\t2\t5\t6\t10\t20\n"
    "rev_sp|P2|X\tP2\tX\tX\t3\t2\t5\t6\t10\t20\n"
    "contam_sp|P3|K\tP3\tK\tKRT1\t3\t2\t5\t6\t10\t20\n"
)


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text("sample,group\ns1,a\ns2,b\n", "utf-8")
    return path


def read(tmp_path, text, sheet, **more):
    path = tmp_path / "proteins.txt"
    path.write_text(text, "utf-8")
    return import_cargo(path, sheet, **more)


def test_maxquant(tmp_path, sheet):
    data = read(tmp_path, MAXQUANT, sheet)
    assert data.format == "MaxQuant proteinGroups, iBAQ"
    assert data.values.loc["CD9"].tolist() == [1, 2]
    assert list(data.values.index) == ["CD9", "P2", "ALB"]
    assert data.mass["P2"] == 50
    assert data.dropped == {
        "reverse hits": 1, "contaminants": 1, "identified by a modified site alone": 1,
        "no signal in any sample": 1,
    }  # fmt: skip


def test_diann_and_its_gaps(tmp_path, sheet):
    data = read(tmp_path, DIANN, sheet)
    assert data.format.startswith("DIA-NN")
    assert np.isnan(data.values.loc["CD9", "s2"])
    assert data.values.loc["APOB"].tolist() == [5, 7]
    assert data.dropped == {"contaminants": 1}
    assert any("25 % of the signals are missing" in w for w in data.warnings)


def test_fragpipe_prefers_maxlfq(tmp_path, sheet):
    data = read(tmp_path, FRAGPIPE, sheet)
    assert data.format == "FragPipe combined_protein, MaxLFQ Intensity"
    assert data.values.loc["CD9"].tolist() == [10, 20]
    assert data.dropped == {"reverse hits": 1, "contaminants": 1}


def test_a_plain_matrix_needs_to_be_called_one(tmp_path, sheet):
    text = "gene,s1,s2\nCD9,1,2\nALB,3,4\n"
    with pytest.raises(InputError, match="--kind protein reads a plain matrix"):
        read(tmp_path, text, sheet)
    data = read(tmp_path, text, sheet, kind="protein")
    assert data.values.loc["ALB"].tolist() == [3, 4]
    # 3 of 4 and 4 of 6 of the signal are albumin
    assert data.quality["non_vesicle_share"].tolist() == pytest.approx([0.75, 4 / 6])
    assert data.quality["flags"].str.contains("albumin").all()


def test_logarithms_are_refused(tmp_path, sheet):
    with pytest.raises(InputError, match=r"row 'ALB', column 's2', got -1\.0"):
        read(tmp_path, "gene,s1,s2\nCD9,1,2\nALB,3,-1\n", sheet, kind="protein")


def test_groups_of_one_gene_add(tmp_path, sheet):
    data = read(tmp_path, "gene,s1,s2\nCD9,1,2\nCD9,3,NA\n", sheet, kind="protein")
    assert data.values.loc["CD9"].tolist() == [4, 2]


def test_every_sample_has_the_same_median_after_normalisation():
    data = import_cargo(EXAMPLES / "proteinGroups.txt", EXAMPLES / "samples.csv")
    middle = data.normalised().median(axis=0)
    assert middle.max() - middle.min() < 1e-9
    found = data.differential("hypoxia", "normoxia")
    assert set(found["feature"][found["p_adjusted"] < 0.05]) == {"PRDX2", "ANXA5"}
