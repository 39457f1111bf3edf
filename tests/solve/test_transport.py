import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.diffusion import coarsen
from evdisc.solve.grid import build_grid, build_slab
from evdisc.solve.transport import advance, new_transport, slope

DECAY, ON, OFF = 4e-6, 3e-4, 2e-4


def conduct(t, grid, diffusivity, annulus_open=True, endplate_open=0.0):
    """Write the conductances of a diffusivity into a transport."""
    nr, nz = grid.shape
    radial, axial = np.zeros((nr, nz, 1)), np.zeros((nr, nz + 1, 1))
    d = np.where(grid.region <= 2, diffusivity, 0.0)
    fill(faces_of(grid), d, 0, annulus_open, endplate_open, radial, axial)
    t.levels.radial[:nr], t.levels.axial[:nr] = radial[..., 0], axial[..., 0]
    coarsen(t.levels)


def disc(nr=18, nz=10, diffusivity=2e-12, exact=True):
    """Free and bound particles in a small disc with an open rim."""
    grid = build_grid(2e-3, 1.3e-3, 0.9e-3, 1.6e-3, 1e-4, nr, nz)
    t = new_transport(grid.volume, exact)
    conduct(t, grid, diffusivity)
    t.loss[:] = DECAY
    t.exchange[:] = ON, OFF, DECAY
    return grid, t


def bolus(grid):
    free = np.zeros(grid.shape)
    free[:4, :3] = 1e17
    return free, np.zeros(grid.shape)


@settings(max_examples=25)
@given(st.floats(-14, -9), st.lists(st.floats(1, 6), min_size=1, max_size=6))
def test_what_left_and_what_stayed_is_what_was_there_and_nothing_is_negative(power, steps):
    grid, t = disc(diffusivity=10.0**power)
    free, bound = bolus(grid)
    start, gone = (free * grid.volume).sum(), 0.0
    for step in steps:
        assert advance(t, free, bound, 10.0**step) in (1, 2)
        gone += t.outflow[0] + DECAY * (t.integral.sum(0) * grid.volume).sum()
        assert min(free.min(), bound.min()) >= 0.0
    assert ((free + bound) * grid.volume).sum() + gone == pytest.approx(start, rel=1e-9)


def test_what_is_not_counted_is_solved_less_tightly_and_nearly_as_well():
    grid, tight = disc(diffusivity=1e-10)
    _, loose = disc(diffusivity=1e-10, exact=False)
    (a, held), (b, other) = bolus(grid), bolus(grid)
    for _ in range(20):
        advance(tight, a, held, 600.0)
        advance(loose, b, other, 600.0)
    np.testing.assert_allclose(b, a, rtol=1e-3, atol=1e-4 * a.max())


@pytest.mark.parametrize("exact", [True, False])
def test_a_sharp_bolus_under_a_huge_step_falls_back_to_the_first_order_step(exact):
    grid, t = disc(diffusivity=1e-9, exact=exact)
    free, bound = bolus(grid)
    assert advance(t, free, bound, 3e3) == 1
    assert min(free.min(), bound.min()) >= 0.0


def dense(t, shape):
    """Matrix of d/dt of both parts, column by column, for a small grid."""
    n = 2 * int(np.prod(shape))
    out, matrix = np.zeros((2, *shape)), np.zeros((n, n))
    for c in range(n):
        unit = np.zeros(n)
        unit[c] = 1.0
        free, bound = unit.reshape(2, *shape)
        slope(t, free.copy(), bound.copy(), 0.0, out)
        matrix[:, c] = out.ravel()
    return matrix


def test_the_matrix_exponential_is_reached_with_second_order():
    grid, t = disc(8, 6, 1e-11)
    start = np.stack(bolus(grid))
    span = 40_000.0
    exact = (expm(dense(t, grid.shape) * span) @ start.ravel()).reshape(start.shape)
    errors = []
    for steps in (32, 64, 128):
        free, bound = start.copy()
        for _ in range(steps):
            assert advance(t, free, bound, span / steps) == 2
        errors.append(np.abs(np.stack([free, bound]) - exact).max() / exact.max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.8).all(), (errors, orders)
    assert errors[-1] < 1e-4


def still(rate=0.0):
    """Nothing diffuses or binds; what is there is lost at ``rate``."""
    grid, t = disc(8, 6, 0.0)
    t.loss[:] = rate
    t.exchange[:] = 0.0
    return t, np.zeros(grid.shape), np.zeros(grid.shape)


def test_a_linear_release_is_integrated_exactly_without_diffusion_or_decay():
    t, free, bound = still()
    t.source[:], t.trend[:] = 5.0, 2e-3
    advance(t, free, bound, 1000.0)
    np.testing.assert_allclose(free, 5000.0, rtol=1e-10)


def test_a_release_that_grows_is_second_order():
    rate = 1e-4

    def run(steps):
        t, free, bound = still(rate)
        t.trend[:] = 1e-3
        dt = 40_000.0 / steps
        for n in range(steps):
            t.source[:] = 1e-3 * (n + 0.5) * dt
            advance(t, free, bound, dt)
        return free[0, 0]

    exact = 1e-3 * (40_000.0 / rate - (1 - np.exp(-rate * 40_000.0)) / rate**2)
    errors = [abs(run(n) - exact) for n in (16, 32, 64)]
    assert (np.log2(np.array(errors[:-1]) / errors[1:]) > 1.8).all(), errors


@pytest.mark.parametrize("cells", [30])
def test_steady_uptake_in_a_slab_is_the_hyperbolic_cosine(cells):
    diffusivity, uptake, half = 1e-10, 1e-4, 1e-3

    def error(n):
        grid = build_slab(2 * half - 2e-9, 1e-9, n)
        t = new_transport(grid.volume)
        conduct(t, grid, diffusivity, annulus_open=False, endplate_open=1.0)
        t.loss[:], t.source[:] = uptake, uptake
        u, none = np.zeros(grid.shape), np.zeros(grid.shape)
        for _ in range(120):
            advance(t, u, none, 3e4)
        k = np.sqrt(uptake / diffusivity)
        exact = 1 - np.cosh(k * grid.z) / np.cosh(k * half)
        inside = grid.region[0] == 0
        return np.abs(u[0, inside] - exact[inside]).max()

    errors = [error(n) for n in (cells, 2 * cells, 4 * cells)]
    assert (np.log2(np.array(errors[:-1]) / errors[1:]) > 1.7).all(), errors
    assert errors[-1] < 1e-3


def test_not_a_number_is_never_hidden():
    grid, t = disc()
    free, bound = bolus(grid)
    free[2, 2] = np.nan
    assert advance(t, free, bound, 100.0) == 0
    assert np.isnan(free).all()
    assert np.isnan(bound).all()


def test_what_decayed_for_years_becomes_nothing_and_never_fails():
    grid = build_grid(2e-3, 1.3e-3, 0.9e-3, 1.6e-3, 1e-4, 12, 8)
    t = new_transport(grid.volume)
    conduct(t, grid, 1e-12, endplate_open=1.0)
    t.loss[:] = 1e-4
    u, none = np.where(grid.region <= 2, 1e-6, 0.0), np.zeros(grid.shape)
    for _ in range(120):
        assert advance(t, u, none, 86400.0 * 20) > 0
        assert np.isfinite(u).all()
    assert not u.any()
