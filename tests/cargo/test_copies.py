"""Copies per vesicle: a spike-in worked out by hand, stated scales, and a wide prior said so."""

from pathlib import Path

import numpy as np
import pytest

from evdisc.cargo.copies import KDA, profile
from evdisc.cargo.known import acting, not_found, other_arms, said_of
from evdisc.cargo.omics import import_cargo
from evdisc.errors import InputError
from evdisc.evidence.library import load

EXAMPLES = Path(__file__).parents[2] / "examples" / "measured"


@pytest.fixture(scope="module")
def library():
    return load()


def imported(tmp_path, rows, particles=("1e9", "2e9")):
    many = {f"hsa-miR-{i}-5p": (0, 0) for i in range(300, 330)}
    text = "miRNA,s1,s2\n" + "".join(f"{n},{a},{b}\n" for n, (a, b) in {**rows, **many}.items())
    (tmp_path / "counts.csv").write_text(text, "utf-8")
    sheet = "sample,group,particles\n" + "".join(
        f"s{i},a,{p}\n" for i, p in enumerate(particles, 1)
    )
    (tmp_path / "sheet.csv").write_text(sheet, "utf-8")
    return import_cargo(tmp_path / "counts.csv", tmp_path / "sheet.csv")


ROWS = {"hsa-miR-21-5p": (300_000, 300_000), "hsa-let-7a-5p": (100_000, 100_000),
        "cel-miR-39-3p": (4000, 4000)}  # fmt: skip


def test_a_spike_in_counts_copies(tmp_path, library):
    # 4e5 reads are miRNA and 4e3 reads are 1e6 copies: 1e8 copies; over 1e9 and 2e9 vesicles
    found = profile(imported(tmp_path, ROWS), "a", library, spike_ins={"cel-miR-39-3p": 1e6})
    each = [1e8 / 1e9, 1e8 / 2e9]
    assert found.scale.origin == "spike-in"
    assert found.scale.median == pytest.approx(np.sqrt(each[0] * each[1]))
    spread = np.std(np.log(each), ddof=1)
    assert found.scale.high / found.scale.median == pytest.approx(np.exp(1.6448536 * spread))
    table = found.table().set_index("feature")
    assert table.loc["miR-21-5p", "share"] == pytest.approx(0.75)
    assert table.loc["miR-21-5p", "copies_per_vesicle"] == pytest.approx(0.75 * found.scale.median)
    assert "miR-39-3p" not in table.index


def test_the_example_gives_back_the_scale_it_was_made_with(library):
    data = import_cargo(EXAMPLES / "mirna-counts.csv", EXAMPLES / "samples.csv")
    found = profile(data, "normoxia", library, spike_ins={"cel-miR-39-3p": 2e7})
    assert found.scale.median == pytest.approx(0.15, rel=0.02)


def test_a_stated_scale(tmp_path, library):
    data = imported(tmp_path, ROWS)
    one = profile(data, "a", library, stated=("hsa-miR-21-5p", 0.03))
    assert one.table()["copies_per_vesicle"].tolist() == pytest.approx([0.03, 0.01])
    assert profile(data, "a", library, stated=0.4).scale.at(0.99) == pytest.approx(0.4)


def test_without_a_scale_copies_are_relative_and_wide(tmp_path, library):
    scale = profile(imported(tmp_path, ROWS), "a", library).scale
    assert scale.relative
    assert "assumed" in scale.words
    assert scale.high / scale.low >= 100
    assert scale.at(0.05) == pytest.approx(scale.low)
    assert scale.at(0.5) == pytest.approx(scale.median)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"spike_ins": {"cel-miR-93-3p": 1e6}}, "did you mean 'cel-miR-39-3p'"),
        ({"stated": ("miR-22", 1.0)}, "is not in the table"),
        ({"spike_ins": {"cel-miR-39-3p": 1e6}, "stated": 1.0}, "contradict"),
    ],
)
def test_a_bad_scale_gets_a_line(more, message, tmp_path, library):
    with pytest.raises(InputError, match=message):
        profile(imported(tmp_path, ROWS), "a", library, **more)


def test_a_spike_in_needs_the_number_of_vesicles(tmp_path, library):
    data = imported(tmp_path, ROWS, particles=("1e9", ""))
    with pytest.raises(InputError, match=r"s2: a spike-in .* column particles"):
        profile(data, "a", library, spike_ins={"cel-miR-39-3p": 1e6})


def test_protein_copies_fill_the_measured_mass(library):
    data = import_cargo(EXAMPLES / "proteinGroups.txt", EXAMPLES / "samples.csv")
    found = profile(data, "normoxia", library, particles_per_ug=(1e10, 5e9, 2e10))
    table = found.table().set_index("feature")
    mass = (table["copies_per_vesicle"] * data.mass * KDA).sum()
    assert mass == pytest.approx(1e-9 / 1e10)  # kg of protein in one vesicle
    assert (table["copies_high"] / table["copies_low"]).iloc[0] == pytest.approx(4.0)
    assert not found.scale.relative
    assert profile(data, "normoxia", library).scale.relative
    with pytest.raises(InputError, match="spike-ins are read for counts alone"):
        profile(data, "normoxia", library, spike_ins={"CD9": 1e6})


def test_hyphens_count(library):
    # the stem-loop hsa-mir-129-1 is no miR-1291
    assert acting({"miR-1291": 0.5}, library, "mirna") == {}
    assert acting({"hsa-miR-21-5p": 0.5}, library, "mirna") == {"hsa-miR-21-5p": "miR-21-5p"}


def test_a_bare_claim_goes_to_the_more_plentiful_arm(library):
    shares = {"miR-27a-5p": 0.1, "miR-27a-3p": 0.4, "miR-9-5p": 0.2}
    acts = acting(shares, library, "mirna")
    assert acts == {"miR-27a-3p": "miR-27a"}
    assert other_arms(acts, shares) == ["miR-27a-5p"]


def test_gene_symbols_find_proteins_of_the_evidence(library):
    acts = acting({"VASN": 0.1, "Prdx2": 0.2, "ACTB": 0.3}, library, "protein")
    assert acts["VASN"] == "vasorin"
    assert acts["Prdx2"] == "PRDX2"
    assert "ACTB" not in acts


def test_what_the_native_profile_holds_and_nobody_found(library):
    native = ["miR-21", "miR-26a-5p", "vasorin"]
    assert not_found(native, {"miR-21-5p": "miR-21-5p"}, library, "mirna") == ["miR-26a-5p"]


def test_what_is_said_of_a_molecule(library):
    claims = said_of("miR-410-3p", library)
    assert any(c.target == "NLRP3" and c.sign == -1 for c in claims)
    assert all(c.sign for c in claims)


def test_no_vesicle_holds_more_protein_than_it_weighs(library):
    data = import_cargo(EXAMPLES / "proteinGroups.txt", EXAMPLES / "samples.csv")
    impure = profile(data, "normoxia", library, particles_per_ug=(5e8, 4e8, 6e8))
    whole = library.resolve("largest_particles_per_mass", subject="100 nm").median
    table = impure.table().set_index("feature")
    mass = (table["copies_per_vesicle"] * data.mass * KDA).sum()
    assert mass == pytest.approx(1.0 / whole)
    assert "free protein" in impure.scale.words
