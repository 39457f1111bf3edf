import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.grid import build_grid, build_slab
from evdisc.solve.transport import advance, new_transport

DECAY, ON, OFF = 4e-6, 3e-4, 2e-4


def disc(nr=18, nz=10, diffusivity=2e-12):
    """Free (0) and bound (1) particles in a small disc with an open rim."""
    grid = build_grid(2e-3, 1.3e-3, 0.9e-3, 1.6e-3, 1e-4, nr, nz)
    radial, axial = np.zeros((*grid.shape, 3)), np.zeros((grid.shape[0], grid.shape[1] + 1, 3))
    d = np.where(grid.region <= 2, diffusivity, 0.0)
    fill(faces_of(grid), d, 0, True, 0.0, radial, axial)
    t = new_transport(radial, axial, grid.volume)
    t.local[..., 0, 0], t.local[..., 0, 1] = -(ON + DECAY), OFF
    t.local[..., 1, 0], t.local[..., 1, 1] = ON, -(OFF + DECAY)
    return grid, t


def bolus(grid):
    u = np.zeros((*grid.shape, 3))
    u[:4, :3, 0] = 1e17
    return u


@settings(max_examples=25)
@given(st.floats(-14, -9), st.lists(st.floats(1, 6), min_size=1, max_size=6))
def test_what_left_and_what_stayed_is_what_was_there_and_nothing_is_negative(power, steps):
    grid, t = disc(diffusivity=10.0**power)
    u = bolus(grid)
    start, gone = (u.sum(-1) * grid.volume).sum(), 0.0
    for step in steps:
        assert advance(t, u, 10.0**step) in (1, 2)
        gone += t.outflow.sum() + DECAY * (t.integral.sum(-1) * grid.volume).sum()
        assert u.min() >= 0.0
    assert (u.sum(-1) * grid.volume).sum() + gone == pytest.approx(start, rel=1e-9)


def test_a_sharp_bolus_under_a_huge_step_falls_back_to_the_first_order_step():
    grid, t = disc(diffusivity=1e-9)
    u = bolus(grid)
    assert advance(t, u, 3e3) == 1
    assert u.min() >= 0.0


def dense(t, shape):
    """Matrix of du/dt = A u, column by column, for a small grid."""
    from evdisc.solve.transport import slope

    n = int(np.prod(shape))
    out, matrix = np.zeros(shape), np.zeros((n, n))
    for c in range(n):
        unit = np.zeros(n)
        unit[c] = 1.0
        slope(t, unit.reshape(shape), 0.0, out)
        matrix[:, c] = out.ravel()
    return matrix


def test_the_matrix_exponential_is_reached_with_second_order():
    grid, t = disc(8, 6, 1e-11)
    u0 = bolus(grid)
    span = 40_000.0
    exact = (expm(dense(t, u0.shape) * span) @ u0.ravel()).reshape(u0.shape)
    errors = []
    for steps in (32, 64, 128):
        u = u0.copy()
        for _ in range(steps):
            assert advance(t, u, span / steps) == 2
        errors.append(np.abs(u - exact).max() / exact.max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.8).all(), (errors, orders)
    assert errors[-1] < 1e-4


def test_a_linear_release_is_integrated_exactly_without_diffusion_or_decay():
    grid, t = disc(8, 6, 0.0)
    t.local[:] = 0.0
    t.source[..., 0], t.trend[..., 0] = 5.0, 2e-3
    u = np.zeros((*grid.shape, 3))
    advance(t, u, 1000.0)
    np.testing.assert_allclose(u[..., 0], 5000.0, rtol=1e-10)


def test_a_release_that_grows_is_second_order():
    rate = 1e-4

    def run(steps):
        grid, t = disc(8, 6, 0.0)
        t.local[:] = 0.0
        t.local[..., 0, 0] = -rate
        t.trend[..., 0] = 1e-3
        u, dt = np.zeros((*grid.shape, 3)), 40_000.0 / steps
        for n in range(steps):
            t.source[..., 0] = 1e-3 * (n + 0.5) * dt
            advance(t, u, dt)
        return u[0, 0, 0]

    exact = 1e-3 * (40_000.0 / rate - (1 - np.exp(-rate * 40_000.0)) / rate**2)
    errors = [abs(run(n) - exact) for n in (16, 32, 64)]
    assert (np.log2(np.array(errors[:-1]) / errors[1:]) > 1.8).all(), errors


@pytest.mark.parametrize("cells", [30])
def test_steady_uptake_in_a_slab_is_the_hyperbolic_cosine(cells):
    diffusivity, uptake, half = 1e-10, 1e-4, 1e-3

    def error(n):
        grid = build_slab(2 * half - 2e-9, 1e-9, n)
        radial, axial = np.zeros((*grid.shape, 3)), np.zeros((1, grid.shape[1] + 1, 3))
        fill(faces_of(grid), np.full(grid.shape, diffusivity), 0, False, 1.0, radial, axial)
        t = new_transport(radial, axial, grid.volume)
        t.local[..., 0, 0], t.source[..., 0] = -uptake, uptake
        u = np.zeros((*grid.shape, 3))
        for _ in range(120):
            advance(t, u, 3e4)
        k = np.sqrt(uptake / diffusivity)
        exact = 1 - np.cosh(k * grid.z) / np.cosh(k * half)
        inside = grid.region[0] == 0
        return np.abs(u[0, inside, 0] - exact[inside]).max()

    errors = [error(n) for n in (cells, 2 * cells, 4 * cells)]
    assert (np.log2(np.array(errors[:-1]) / errors[1:]) > 1.7).all(), errors
    assert errors[-1] < 1e-3


def test_not_a_number_is_never_hidden():
    grid, t = disc()
    u = bolus(grid)
    u[2, 2, 0] = np.nan
    assert advance(t, u, 100.0) == 0
    assert np.isnan(u).all()


def test_what_decayed_for_years_becomes_nothing_and_never_fails():
    grid = build_grid(2e-3, 1.3e-3, 0.9e-3, 1.6e-3, 1e-4, 12, 8)
    nr, nz = grid.shape
    radial, axial = np.zeros((nr, nz, 3)), np.zeros((nr, nz + 1, 3))
    for s in range(3):
        fill(faces_of(grid), np.full(grid.shape, 1e-12), s, True, 1.0, radial, axial)
    transport = new_transport(radial, axial, grid.volume)
    transport.local[:] = 0.0
    for s in range(3):
        transport.local[:, :, s, s] = -1e-4
    u = np.where(grid.region[..., None] <= 2, 1e-6, 0.0) * np.ones(3)
    for _ in range(120):
        assert advance(transport, u, 86400.0 * 20) > 0
        assert np.isfinite(u).all()
    assert not u.any()
