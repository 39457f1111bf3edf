"""Canonical sites: against a naive search, and against TargetScan's own test, row by row."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cargo.reference import reference
from evdisc.cargo.fasta import encode, from_texts
from evdisc.cargo.seed_sites import TYPES, index, seed_sites
from evdisc.errors import InputError

MIR21 = "UAGCUUAUCAGACUGAUGUUGA"
#: TargetScan's words for the types, by ours
WORDS = {"8mer-1a": "8mer", "7mer-1a": "7mer-A1"}


def complement(sequence):
    return sequence[::-1].translate(str.maketrans("ACGU", "UGCA"))


def naive(texts, mirna):
    """Sites by regular expressions: (record, start, end, type), from 1."""
    found = []
    for record, text in enumerate(texts):
        for hit in re.finditer(f"(?={complement(mirna[1:7])})", text):
            begin = hit.start()
            m8 = begin > 0 and text[begin - 1] == complement(mirna[7])
            a1 = text[begin + 6 : begin + 7] == "A"
            kind = {(0, 0): "6mer", (0, 1): "7mer-A1", (1, 0): "7mer-m8", (1, 1): "8mer"}[m8, a1]
            found.append((record, begin + 1 - m8, begin + 6 + a1, kind))
    return found


def ours(sequences, mirna):
    found = seed_sites(sequences.codes, index(sequences.codes), encode(mirna)[1:-1])
    records = sequences.record_of(found.begins)
    first, last = (s - sequences.starts[records] + 1 for s in found.spans)
    return [
        (int(r), int(a), int(b), TYPES[t])
        for r, a, b, t in zip(records, first, last, found.types, strict=True)
    ]


@given(st.lists(st.text("ACGUN", min_size=1, max_size=200), min_size=1, max_size=5))
def test_sites_are_those_of_a_naive_search(texts):
    mirna = "GUGUGUGUAA"  # its seed match is common enough in short texts below
    seeded = [t + complement(mirna[1:8])[n % 3 :] + t[:3] for n, t in enumerate(texts)]
    named = from_texts({f"s{n}": t for n, t in enumerate(seeded)})
    assert ours(named, mirna) == naive(seeded, mirna)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_at_both_ends_of_a_record(kind):
    text = {"6mer": "UAAGCU", "7mer-A1": "UAAGCUA", "7mer-m8": "AUAAGCU", "8mer": "AUAAGCUA"}[kind]
    named = from_texts({"a": text, "b": "CCC" + text, "c": text + "CCC"})
    assert [site[3] for site in ours(named, MIR21)] == [kind] * 3
    assert [site[1:3] for site in ours(named, MIR21)] == [
        (1, len(text)), (4, 3 + len(text)), (1, len(text)),
    ]  # fmt: skip


def test_no_site_runs_over_the_end_of_a_record_or_an_unknown_base():
    assert not ours(from_texts({"a": "CCCUAA", "b": "GCUCCC", "c": "UAANGCU"}), MIR21)


def test_overlapping_sites_are_all_found():
    mirna = "UAAAAAAAAA"
    assert len(ours(from_texts({"a": "U" * 12}), mirna)) == 7


@pytest.mark.parametrize("sequence", ["ACGU", "A" * 60, "ACGNACGUACGU"])
def test_what_is_no_mirna_is_refused(sequence):
    codes = from_texts({"a": "ACGU" * 9}).codes
    with pytest.raises(InputError, match="not the sequence of a miRNA"):
        seed_sites(codes, index(codes), encode(sequence)[1:-1])


def test_the_index_holds_every_hexamer_once():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 5, 5000).astype(np.int8)
    found = index(codes)
    whole = [n for n in range(4995) if (codes[n : n + 6] < 4).all()]
    assert sorted(found.positions.tolist()) == whole
    assert found.first[-1] == len(whole)


def targetscan():
    """UTRs, families and expected rows of TargetScan's test."""
    folder = reference("targetscan70_reference", "test")

    def rows(*parts):
        text = folder.joinpath(*parts).read_text("utf-8")
        return [line.split("\t") for line in text.splitlines()]

    utrs = {f"{g}|{s}": t for g, s, t in rows("input", "UTR_Sequences_sample.txt")}
    expected = {
        (r[0], r[1], r[2], int(r[5]), int(r[6]), WORDS.get(r[8], r[8]))
        for r in rows("output", "targetscan_70_output.txt")[1:]
    }
    return utrs, rows("input", "miR_Family_info_sample.txt"), expected


def test_targetscan_is_reproduced_row_by_row():
    """All 213 rows of TargetScan 7.0's sample: gene, family, species, start, end, type."""
    utrs, families, expected = targetscan()
    assert len(expected) == 213
    named = from_texts({n: t.replace("-", "") for n, t in utrs.items() if t.strip("-")})
    found = set()
    for family, seed, species in families:
        # a family is known by its bases 2-8; the first plays no part in a site's type
        for record, start, end, kind in ours(named, "U" + seed):
            gene, own = named.names[record].split("|")
            if own in species.split(";"):
                found.add((gene, family, own, start, end, kind))
    assert found == expected
