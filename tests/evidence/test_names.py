import pytest

from evdisc.errors import EvidenceError
from evdisc.evidence.names import canonical, find, fold, kinds, names, table


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        ("stimulus", "IL-1β", "IL-1beta"), ("stimulus", "il1beta", "IL-1beta"),
        ("stimulus", "IL 1 Beta", "IL-1beta"), ("stimulus", "TNFα", "TNF-alpha"),
        ("stimulus", "TNF", "TNF-alpha"), ("recipient_cell", "NPC", "NP"),
        ("recipient_cell", "nucleus pulposus cell", "NP"), ("recipient_cell", "CEP", "EPC"),
        ("parent_cell", "ucMSC", "UC-MSC"), ("parent_cell", "PRP", "platelet"),
        ("readout", "NF-κB", "NF-kB"), ("readout", "DHI", "disc height index"),
        ("preset", "human-lumbar-equal-volume", "human-lumbar"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_spelt(kind, text, name):
    assert canonical(kind, text) == name


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(EvidenceError, match="did you mean 'MMP13'"):
        canonical("readout", "MMP-113")


@pytest.mark.parametrize("kind", kinds())
def test_no_two_entries_of_a_kind_share_a_spelling(kind):
    seen = {}
    for entry in (e for e in table() if e.kind == kind):
        for spelled in {fold(s) for s in (entry.name, *entry.synonyms)}:
            assert seen.setdefault(spelled, entry.name) == entry.name, spelled
    assert len(set(names(kind))) == len(names(kind))


def test_every_stimulus_but_the_genetic_ones_says_how_it_is_dosed():
    from evdisc.units import KINDS

    for name in names("stimulus"):
        entry = find("stimulus", name)
        assert entry.unit_kind in KINDS or name in ("knock-down", "over-expression")
