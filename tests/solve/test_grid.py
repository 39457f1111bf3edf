import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.grid import axial_segments, build_grid, build_slab, radial_segments

LENGTH = st.floats(1e-4, 2e-2)


@given(LENGTH, st.floats(0.2, 0.9), st.floats(0.2, 0.98), LENGTH, LENGTH, st.integers(8, 60),
       st.integers(6, 40))  # fmt: skip
def test_faces_meet_the_borders_and_volumes_are_exact(r, core, rim, height, plate, nr, nz):
    grid = build_grid(r, core * r, height, rim * r, plate, nr, nz)
    for border in (core * r, rim * r, r):
        assert np.abs(grid.r_faces - border).min() < 1e-12
    for border in (height / 2, height / 2 + plate):
        assert np.abs(grid.z_faces - border).min() < 1e-12
    total = [grid.volume[grid.region == c].sum() for c in range(3)]
    exact = np.pi * r**2 * height * core**2, np.pi * r**2 * height * (1 - core**2)
    np.testing.assert_allclose(total, [*exact, 2 * np.pi * (rim * r) ** 2 * plate], rtol=1e-9)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=4), st.integers(8, 200))
def test_segments_share_out_the_asked_number(lengths, cells):
    borders = tuple(np.concatenate([[0.0], np.cumsum(lengths)]))
    for counts in (radial_segments(borders, cells), axial_segments(borders, cells)):
        assert min(counts) >= 2
        assert cells <= sum(counts) <= cells + 2 * len(counts)


def conductances(grid, diffusivity, annulus_open=True, endplate_open=1.0):
    radial, axial = np.zeros((*grid.shape, 3)), np.zeros((grid.shape[0], grid.shape[1] + 1, 3))
    fill(faces_of(grid), diffusivity, 0, annulus_open, endplate_open, radial, axial)
    return radial[..., 0], axial[..., 0]


def test_a_slab_conducts_like_resistances_in_series():
    grid = build_slab(10e-3, 1e-3, 40)
    diffusivity = np.where(grid.region == 0, 4e-10, 1e-10)
    radial, axial = conductances(grid, diffusivity)
    assert not radial.any()
    # both halves: twice half of the disc's area over the resistance from the first cell outwards
    first = grid.z[0]
    expected = 1.0 / ((5e-3 - first) / 4e-10 + 1e-3 / 1e-10)
    assert 1.0 / (1.0 / axial[0, 1:]).sum() == pytest.approx(expected, rel=1e-12)


def test_nothing_crosses_the_outside_the_axis_and_the_mid_plane():
    grid = build_grid(2e-3, 1.3e-3, 1e-3, 1.6e-3, 2e-4, 20, 12)
    radial, axial = conductances(grid, np.full(grid.shape, 1e-9))
    outside = grid.region > 2
    assert not radial[outside].any()
    assert not axial[:, :-1][outside].any()
    assert not axial[:, 0].any()
    top = grid.region[:, -1] == 2
    assert (axial[top, -1] > 0).all()
    assert not axial[~top, -1].any()
    assert (radial[-1][grid.region[-1] == 1] > 0).all()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.55, 1.0])
def test_the_endplate_opens_by_area_from_the_centre(share):
    grid = build_grid(2e-3, 1.3e-3, 1e-3, 1.6e-3, 2e-4, 40, 12)
    whole = conductances(grid, np.full(grid.shape, 1e-9))[1][:, -1]
    part = conductances(grid, np.full(grid.shape, 1e-9), endplate_open=share)[1][:, -1]
    # rings within the open radius are open, those beyond the widened one are closed
    opened = np.sqrt(share) * 1.6e-3
    ring = grid.r_faces
    assert part[ring[1:] <= opened] == pytest.approx(whole[ring[1:] <= opened])
    assert not part[ring[:-1] > opened + 2e-4].any()
    assert (np.diff((part / np.where(whole > 0, whole, 1))[whole > 0]) <= 1e-12).all()
