import pytest

from evdisc.errors import InputError
from evdisc.evidence.library import load
from evdisc.study.products import attributions, label, of_the_atlas, products, table_rows

ATLAS = {p.name: p for p in of_the_atlas(load())}


def test_every_row_belongs_to_one_product():
    rows = [row for p in ATLAS.values() for row in p.rows]
    assert sorted(rows) == sorted(table_rows(load()))
    assert len(rows) == 39
    assert len(ATLAS) == 25


def test_rows_that_credit_other_cargoes_of_one_vesicle_are_one_product():
    whole = ATLAS["BMSC vesicles"]
    assert len(whole.rows) == 11
    # miR-21 and miR-21-5p are the molecule of two rows
    assert whole.credited["miR-21"] == ("T1.01", "T1.04")
    assert "miR-21-5p" not in whole.credited
    assert any("BMSC vesicles" in conflict for conflict in whole.conflicts)


def test_conditioning_and_engineering_make_another_product():
    names = set(ATLAS)
    assert {"MSC vesicles", "MSC vesicles, hypoxia", "MSC vesicles, metformin"} <= names
    assert ATLAS["MSC vesicles, hypoxia"].rows == ["T2.06", "T2.07", "T2.08"]
    loaded = ATLAS["MSC vesicles, lipofection of ATR plasmid"]
    assert label(loaded.vesicle) == loaded.name
    # the parent cell of this row is not stated, so the chain is no better than assumed
    assert loaded.tier == "assumed"
    assert loaded.notes


def test_attributions_are_the_rows_with_their_cargo_alone():
    every = attributions(load())
    assert len(every) == 39
    assert all(p.only == tuple(p.credited) and len(p.rows) == 1 for p in every)


def test_a_file_without_a_vesicle_is_refused(tmp_path):
    path = tmp_path / "bare.yaml"
    path.write_text(
        "evdisc: 1\nkind: disc\ntitle: bare\ndisc: {preset: rat-caudal}\nduration: 5 d\n", "utf-8"
    )
    with pytest.raises(InputError, match="no vesicle to rank"):
        products([str(path)], load())
    with pytest.raises(InputError, match="does not exist"):
        products(["nowhere.yaml"], load())
