"""Allocation: balanced, blinded, and the same from the same seed."""

import csv
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.errors import InputError
from evdisc.study.allocation import allocate, key_csv, sheet_csv
from evdisc.study.unit import require_unit, unit_of
from studies import dish, rat

NAMES = [f"group {i}" for i in range(9)]


def generator(seed):
    return np.random.Generator(np.random.Philox(seed))


@given(st.integers(2, 9), st.integers(2, 12), st.integers(1, 5), st.integers(0, 2**32))
def test_animals_are_balanced_over_groups_and_reproducible(groups, per_group, levels, seed):
    unit = unit_of("animal", [f"L{i}" for i in range(levels)], groups)
    names = NAMES[:groups]
    one, two = (allocate(unit, names, per_group, generator(seed)) for _ in range(2))
    assert one == two
    assert one.counts() == dict.fromkeys(one.key.values(), per_group * levels)
    of_animal = {}
    for animal, _, code in one.rows:
        assert of_animal.setdefault(animal, code) == code
    # balanced at every multiple of the groups, so that a study may stop early
    order = list(of_animal.values())
    for end in range(groups, len(order) + 1, groups):
        assert set(Counter(order[:end]).values()) == {end // groups}


@given(st.integers(2, 9), st.integers(2, 10), st.integers(2, 6), st.integers(0, 2**32))
def test_levels_are_balanced_over_groups_and_places(groups, per_group, levels, seed):
    unit = unit_of("level", [f"L{i}" for i in range(levels)], groups)
    drawn = allocate(unit, NAMES[:groups], per_group, generator(seed))
    assert drawn == allocate(unit, NAMES[:groups], per_group, generator(seed))
    counts = drawn.counts().values()
    assert min(counts) >= per_group
    assert max(counts) - min(counts) <= 1
    seen = Counter((animal, level) for animal, level, _ in drawn.rows)
    assert set(seen.values()) == {1}
    for animal in {a for a, _, _ in drawn.rows}:
        own = [code for a, _, code in drawn.rows if a == animal]
        assert len(set(own)) == len(own)


def test_another_seed_is_another_allocation():
    unit = unit_of("animal", ["one"], 4)
    assert allocate(unit, NAMES[:4], 8, generator(1)) != allocate(unit, NAMES[:4], 8, generator(2))


def test_no_group_sits_at_one_level_more_often_than_it_must():
    unit = unit_of("level", ["a", "b", "c"], 3)
    drawn = allocate(unit, NAMES[:3], 9, generator(5))
    counts = Counter((level, code) for _, level, code in drawn.rows)
    assert set(counts.values()) <= {2, 3, 4}


def test_the_sheet_shows_codes_and_the_key_opens_them():
    unit = unit_of("animal", ["Co6/7"], 3)
    drawn = allocate(unit, ["vehicle", "a, b", "native"], 4, generator(3))
    sheet, key = sheet_csv(unit, drawn), key_csv(drawn)
    assert "vehicle" not in sheet
    assert "native" not in sheet
    first, *lines = sheet.splitlines()
    assert first == "# evdisc-allocation/1"
    rows = list(csv.DictReader(lines))
    assert len(rows) == 12
    opened = {r["code"]: r["group"] for r in csv.DictReader(key.splitlines()[1:])}
    assert Counter(opened[r["code"]] for r in rows) == {"vehicle": 4, "a, b": 4, "native": 4}
    assert len({code[0] for code in opened}) == 3


def test_the_unit_must_be_said_and_must_make_sense():
    disc, cells = rat().spec, dish().spec
    with pytest.raises(InputError, match="experimental unit is not stated"):
        require_unit(disc, None)
    with pytest.raises(InputError, match="did you mean 'animal'"):
        require_unit(disc, "animals")
    with pytest.raises(InputError, match="a dish has no levels"):
        require_unit(cells, "level")
    with pytest.raises(InputError, match="repeats of one measurement"):
        require_unit(cells, "well")
    with pytest.raises(InputError, match="--unit donor"):
        require_unit(cells, None)
    assert require_unit(cells, "donor") == "donor"
    blood = rat("therapy.delivery.route=intravenous").spec
    with pytest.raises(InputError, match="reach every level"):
        require_unit(blood, "level")
    with pytest.raises(InputError, match="cannot hold two treatments"):
        unit_of("level", ["one"], 3)
    with pytest.raises(InputError, match="names a level twice"):
        unit_of("animal", ["one", "one"], 3)
