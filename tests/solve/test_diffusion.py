import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.conjugate import settled, solve
from evdisc.solve.diffusion import coarsen, cycle, factor, new_diffusion
from evdisc.solve.grid import build_grid


def system(nr, nz, seed, plate=1.6e-3):
    """A disc with jumps in diffusivity and a random mass in every cell."""
    rng = np.random.default_rng(seed)
    grid = build_grid(2e-3, 1.3e-3, 1e-3, plate, 2e-4, nr, nz)
    m = new_diffusion(grid.shape)
    radial, axial = np.zeros((nr, nz, 1)), np.zeros((nr, nz + 1, 1))
    d = np.choose(grid.region, [1e-9, 3e-10, 5e-11, 0.0]) * rng.uniform(0.5, 2)
    fill(faces_of(grid), d, 0, True, 1.0, radial, axial)
    m.radial[:nr], m.axial[:nr] = radial[..., 0], axial[..., 0]
    m.mass[:nr] = rng.uniform(1e-4, 6e-4, grid.shape) * grid.volume
    m.b[:nr] = rng.normal(size=grid.shape) * grid.volume
    coarsen(m)
    factor(m)
    return m, grid


def direct(m, shape):
    """The same system by a sparse direct solver."""
    nr, nz = shape
    number = np.arange(nr * nz).reshape(shape)
    matrix = sp.lil_matrix((nr * nz, nr * nz))
    for i, k in np.ndindex(shape):
        me = number[i, k]
        matrix[me, me] += m.mass[i, k]
        for g, other in (
            (m.radial[i, k], (i + 1, k)), (m.axial[i, k + 1], (i, k + 1)),
            (m.radial[i - 1, k] if i else 0.0, (i - 1, k)), (m.axial[i, k], (i, k - 1)),
        ):  # fmt: skip
            matrix[me, me] += g
            if 0 <= other[0] < nr and 0 <= other[1] < nz and g:
                matrix[me, number[other]] -= g
    return spsolve(matrix.tocsc(), m.b[:nr].ravel()).reshape(shape)


@pytest.mark.parametrize(("nr", "nz", "seed"), [(16, 10, 1), (17, 9, 2), (23, 14, 3), (6, 5, 4)])
def test_it_solves_what_a_direct_solver_solves(nr, nz, seed):
    m, grid = system(nr, nz, seed)
    assert 0 < solve(m, 1e-12, 60) < 30
    expected = direct(m, grid.shape)
    np.testing.assert_allclose(m.x[:nr], expected, rtol=1e-8, atol=1e-10 * abs(expected).max())


@pytest.mark.parametrize("gap", [1e-4, 1e-5, 1e-6])
@pytest.mark.parametrize(("nr", "nz"), [(8, 6), (16, 10)])
def test_thin_rings_between_nucleus_and_endplate_edge_are_solved(gap, nr, nz):
    m, grid = system(nr, nz, 7, plate=1.3e-3 + gap)
    assert 0 < solve(m, 1e-12, 60) < 60
    expected = direct(m, grid.shape)
    np.testing.assert_allclose(m.x[:nr], expected, rtol=1e-8, atol=1e-10 * abs(expected).max())


def test_conjugate_gradients_need_fewer_cycles_and_keep_the_right_side():
    m, grid = system(16, 10, 7, plate=1.3e-3 + 1e-4)
    right = m.b[: grid.shape[0]].copy()
    plain = 0
    while not settled(m, 1e-10) or plain == 0:
        cycle(m)
        plain += 1
    m.x[:] = 0.0
    assert 0 < solve(m, 1e-10, 60) <= 0.7 * plain
    np.testing.assert_array_equal(m.b[: grid.shape[0]], right)


@pytest.mark.parametrize("scale", [1e-160, 1e-20, 1e20])
def test_amounts_of_any_size_are_solved(scale):
    m, grid = system(17, 9, 2)
    m.b[:] *= scale
    assert solve(m, 1e-10, 60) > 0
    expected = direct(m, grid.shape)
    largest = abs(expected).max()
    np.testing.assert_allclose(m.x[: grid.shape[0]] / largest, expected / largest, atol=1e-8)


def test_a_cycle_from_nothing_is_the_plain_one():
    m, _ = system(23, 14, 3)
    cycle(m)
    plain = m.x.copy()
    m.x[:] = np.nan
    cycle(m, True)
    np.testing.assert_allclose(m.x, plain, rtol=1e-9, atol=1e-12 * abs(plain).max())


def test_not_a_number_is_never_solved():
    m, grid = system(12, 8, 5)
    m.b[3, 3] = np.nan
    assert solve(m, 1e-12, 5) == -1
    assert np.isnan(m.x[: grid.shape[0]]).any()
