"""Steady nutrients of open reference problems: a slab, and an axisymmetric human disc.

The expected numbers were computed independently with the published constants and boundary values
(finite volumes, two grids agreeing to three digits), not with this program.
"""

from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from evdisc.evidence.library import load
from evdisc.simulate.assemble import pack
from evdisc.simulate.steady_nutrients import steady_state
from evdisc.simulate.values import Values
from evdisc.solve.conductance import faces_of, fill
from evdisc.solve.grid import build_grid, build_slab
from evdisc.tissue.metabolism import FIT_UNIT, PARAMETERS

HUMAN = {"preset": "human-lumbar", "species": "human", "grade": "1"}


@cache
def library():
    return load()


def values(factor=1.0):
    return Values(library(), HUMAN, overrides={("endplate_diffusivity_factor", ""): factor})


def steady(grid, values, law):
    return steady_state(grid, values, law).fields


def disc(radial, axial):
    return build_grid(21.97e-3, 14.64e-3, 12.06e-3, 17.77e-3, 0.65e-3, radial, axial)


@pytest.mark.parametrize(
    ("height", "oxygen", "lactate", "glucose"),
    [(5e-3, 3.306, 2.222, 2.922), (10e-3, 1.787, 3.681, 1.815), (12e-3, 1.350, 4.298, 1.348)],
)
def test_the_centre_of_a_slab_between_two_endplates(height, oxygen, lactate, glucose):
    found = steady(build_slab(height, 0.65e-3, 120), values(), "published")
    assert found["oxygen"][0, 0] == pytest.approx(oxygen, rel=0.01)
    assert found["lactate"][0, 0] == pytest.approx(lactate, rel=0.01)
    assert found["glucose"][0, 0] == pytest.approx(glucose, rel=0.01)


def test_extremes_and_means_of_the_equal_volume_disc():
    grid = disc(120, 60)
    found = steady(grid, values(), "published")
    inside, nucleus = grid.region <= 2, grid.region == 0
    weight = grid.volume[nucleus] / grid.volume[nucleus].sum()
    assert found["oxygen"][inside].min() == pytest.approx(1.286, rel=0.01)
    assert found["lactate"][inside].max() == pytest.approx(4.603, rel=0.01)
    assert found["glucose"][inside].min() == pytest.approx(1.369, rel=0.01)
    means = [(found[name][nucleus] * weight).sum() for name in ("oxygen", "lactate", "glucose")]
    np.testing.assert_allclose(means, [2.034, 3.705, 1.941], rtol=0.01)


def test_the_error_falls_with_the_square_of_the_cell_size():
    best = steady(build_slab(12e-3, 0.65e-3, 640), values(), "published")["glucose"][0, 0]
    errors = [
        abs(steady(build_slab(12e-3, 0.65e-3, n), values(), "published")["glucose"][0, 0] - best)
        for n in (20, 40, 80)
    ]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.6).all(), orders


def test_a_thinner_disc_is_fed_better():
    thick, thin = (
        steady(build_grid(21.97e-3, 14.64e-3, h, 17.77e-3, 0.65e-3, 30, 20), values(), "guarded")
        for h in (12.06e-3, 8.04e-3)
    )
    assert thin["glucose"][0, 0] > thick["glucose"][0, 0]
    assert thin["lactate"][0, 0] < thick["lactate"][0, 0]


def test_poor_supply_turns_the_published_glucose_negative_but_not_the_guarded():
    grid = disc(24, 16)
    published, guarded = (
        steady(grid, values(0.05), law)["glucose"][grid.region <= 2].min()
        for law in ("published", "guarded")
    )
    assert published < 0.0
    assert guarded > 0.0


NAMES = ("oxygen", "glucose", "lactate")


def linear(grid, v, s, porosity, factor):
    """Sparse diffusion matrix and boundary terms of solute number ``s``."""
    nr, nz = grid.shape
    number = np.arange(nr * nz).reshape(nr, nz)
    d = v.number("free_diffusivity", NAMES[s]) * (porosity / (2 - porosity)) ** 2
    d = np.where(grid.region == 2, factor, 1.0) * d * (grid.region <= 2)
    radial, axial = np.zeros((nr, nz, 3)), np.zeros((nr, nz + 1, 3))
    fill(faces_of(grid), d, s, True, 1.0, radial, axial)
    rim, lid = v.number(f"annulus_{NAMES[s]}"), v.number(f"endplate_{NAMES[s]}")
    matrix, right = sp.lil_matrix((nr * nz, nr * nz)), np.zeros(nr * nz)

    def link(me, conductance, other, fixed=0.0):
        matrix[me, me] -= conductance
        if other is None:
            right[me] += conductance * fixed
        else:
            matrix[me, other] += conductance

    for i, k in np.ndindex(nr, nz):
        me = number[i, k]
        link(me, radial[i, k, s], number[i + 1, k] if i + 1 < nr else None, rim)
        link(me, axial[i, k + 1, s], number[i, k + 1] if k + 1 < nz else None, lid)
        if i > 0:
            link(me, radial[i - 1, k, s], number[i - 1, k])
        if k > 0:
            link(me, axial[i, k, s], number[i, k - 1])
        if grid.region[i, k] > 2:
            matrix[me, me] = -1.0
    return matrix.tocsr(), right


def slopes(react, u):
    """Jacobian of reactions that couple the three solutes of one cell, by differences."""
    n = u.size // 3
    rows, columns, values_ = [], [], []
    for q in range(3):
        step = np.zeros(3 * n)
        own = slice(q * n, (q + 1) * n)
        step[own] = 1e-6 * np.maximum(np.abs(u[own]), 1e-3)
        change = (react(u + step) - react(u - step)) / 2
        for s in range(3):
            rows.append(np.arange(s * n, (s + 1) * n))
            columns.append(np.arange(q * n, (q + 1) * n))
            values_.append(change[s * n : (s + 1) * n] / step[own])
    return sp.csr_matrix((np.concatenate(values_), (np.concatenate(rows), np.concatenate(columns))))


def oracle(grid, guarded, factor):
    """The same equations by SciPy: sparse direct Newton, rates written again."""
    v = values(factor)
    law = pack(PARAMETERS, v)[:, 0]
    region = np.minimum(grid.region, 2)
    porosity = np.array([v.number("porosity", region=r) for r in ("NP", "AF", "CEP")])[region]
    density = np.array([v.number("cell_density", region=r) for r in ("NP", "AF", "CEP")])[region]
    amount = (density * grid.volume * (grid.region <= 2)).ravel()
    matrices, known = zip(*(linear(grid, v, s, porosity, factor) for s in range(3)), strict=True)
    matrix, known = sp.block_diag(matrices).tocsr(), np.concatenate(known)

    def react(u):
        o, g, a = u.reshape(3, -1)
        ph = law[9] + law[10] * a
        breath = law[0] * o * (ph - law[1]) / (law[2] + o + law[3] * (ph - law[1]))
        made = FIT_UNIT * np.exp(law[4] + law[5] * ph + law[6] * o + law[7] * o**2)
        if guarded:
            made = made * g / (g + law[12])
        sink = -amount * porosity.ravel() / law[11] * breath
        return np.concatenate([sink, -0.5 * amount * made, amount * made])

    u = np.repeat([5100.0, 4.0, 0.8], amount.size)
    for _ in range(40):
        jacobian = (matrix + slopes(react, u)).tocsc()
        move = spsolve(jacobian, -(matrix @ u + known + react(u)))
        u = np.maximum(u + move, 0.05 * u) if guarded else u + move
        if np.abs(move / np.maximum(np.abs(u), 1e-9)).max() < 1e-11:
            break
    return u.reshape(3, *grid.shape)


@pytest.mark.parametrize("law", ["published", "guarded"])
@pytest.mark.parametrize("factor", [1.0, 0.3])
def test_a_sparse_direct_newton_solver_agrees(law, factor):
    grid = disc(17, 12)
    expected = oracle(grid, law == "guarded", factor)
    found = steady(grid, values(factor), law)
    inside = grid.region <= 2
    for name, scale, field in zip(NAMES, (1e3, 1, 1), expected, strict=True):
        np.testing.assert_allclose(scale * found[name][inside], field[inside], rtol=1e-6)
