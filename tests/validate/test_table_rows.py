"""The review's tables as dishes: all rows, whole results, verdicts that can be retraced."""

from evdisc.evidence.library import load
from evdisc.validate.table_rows import INSULTS, insults_of, row_results, stored, table_chains

NO_LINK = {"T1.18", "T2.10", "T2.16"}


def test_all_39_rows_were_run_with_every_insult_their_study_leaves_open():
    chains = table_chains(load())
    rows = stored()
    assert len(chains) == 39
    assert {r["row"] for r in rows} == set(chains)
    for key, chain in chains.items():
        run = {r["insult"] for r in rows if r["row"] == key}
        assert run == set(insults_of(chain)), key
        assert run == set(INSULTS) or any(c.insult for c in chain.claims)


def test_each_row_shows_a_reported_effect_or_its_missing_link_is_named():
    rows = stored()
    for key in sorted({r["row"] for r in rows}):
        mine = [r for r in rows if r["row"] == key]
        shown = [r for r in mine if r["verdict"] in ("as reported", "leans as reported")]
        if key in NO_LINK:
            assert not shown
            assert all(r["missing"] for r in mine), key
        else:
            assert shown, key


def test_a_row_computed_now_is_the_stored_one_and_its_knock_out_needs_the_cargo():
    library = load()
    known = {(r["insult"], r["phenotype"]): r for r in stored() if r["row"] == "T2.01"}
    for row in row_results("T2.01", table_chains(library)["T2.01"], library):
        old = known[row["insult"], row["phenotype"]]
        assert abs(row["mechanism"]["median"] - old["mechanism"]["median"]) < 1e-4
        assert row["verdict"] == old["verdict"]
        alone = row["knock-out, rest absent, potency"]
        assert alone["median"] <= 0.0  # PRDX2 holds pyroptosis down, its knock-out does not
