"""Steady nutrients against other solvers, from any start, and in odd discs."""

import numpy as np
import pytest
from scipy.integrate import solve_bvp

import peers
from evdisc.errors import SolveError
from evdisc.evidence.library import load
from evdisc.simulate.nutrition_view import disc_study, view
from evdisc.simulate.steady_nutrients import Conditions, refined, steady_state
from evdisc.simulate.values import Values
from evdisc.solve.grid import build_grid, build_slab
from evdisc.validate.nutrition_cases import EQUAL_VOLUME, disc

LIBRARY = load()
HUMAN = {"preset": "human-lumbar", "species": "human", "grade": "1"}


def values(factor=1.0, **more):
    stated = {("endplate_diffusivity_factor", ""): factor} | {(k, ""): v for k, v in more.items()}
    return Values(LIBRARY, HUMAN, overrides=stated)


@pytest.mark.parametrize("guarded", [False, True])
def test_finite_elements_of_second_order_agree(guarded):
    problem = peers.problem(values(), EQUAL_VOLUME, guarded)
    basis, u = peers.solve(problem, 30, 24)
    law = "guarded" if guarded else "published"
    found = disc(LIBRARY, EQUAL_VOLUME, (160, 120), law)
    ours = np.array([found.mean(s, 0) for s in peers.SOLUTES]) * [1e3, 1, 1]
    np.testing.assert_allclose(ours, peers.mean(basis, u, 0, problem), rtol=2e-4)
    at = [(20, 5), (60, 10), (75, 20)]
    points = np.array([[found.grid.r[i], found.grid.z[k]] for i, k in at]).T
    theirs = peers.probe(basis, u, points)
    for s, scale, expected in zip(peers.SOLUTES, (1e3, 1, 1), theirs, strict=True):
        mine = [scale * found.fields[s][i, k] for i, k in at]
        np.testing.assert_allclose(mine, expected, rtol=2e-4)


def test_a_slab_agrees_with_a_boundary_value_solver():
    v = values()
    problem = peers.problem(v, EQUAL_VOLUME, guarded=True)
    half, plate = 5e-3, 0.65e-3

    lengths, layers = (half, plate), (0, 2)  # both layers on the same unit interval

    def slope(x, y):
        rows = []
        for n, (length, c) in enumerate(zip(lengths, layers, strict=True)):
            u, flux = y[6 * n : 6 * n + 3], y[6 * n + 3 : 6 * n + 6]
            made = np.array(peers.sources(u, problem.density[c], problem.porosity[c], problem))
            rows += [length * flux / problem.diffusivity[c][:, None], -length * made]
        return np.vstack(rows)

    def ends(left, right):
        return np.concatenate(
            [left[3:6], left[6:12] - right[0:6], right[6:9] - problem.lid]
        )  # fmt: skip

    x = np.linspace(0, 1, 60)
    start = np.zeros((12, x.size))
    start[0:3] = start[6:9] = 0.6 * problem.lid[:, None]
    exact = solve_bvp(slope, ends, x, start, tol=1e-6, max_nodes=20000)
    assert exact.success
    found = steady_state(build_slab(2 * half, plate, 400), v, "guarded").fields
    for s, scale, expected in zip(
        ("oxygen", "glucose", "lactate"), (1e3, 1, 1), exact.sol(0.0)[:3], strict=True
    ):
        assert scale * found[s][0, 0] == pytest.approx(expected, rel=1e-3)


def random_disc(rng):
    size = (rng.uniform(5e-3, 25e-3), 0.0, rng.uniform(2e-3, 14e-3), 0.0, rng.uniform(1e-4, 1e-3))
    radius, _, height, _, thickness = size
    grid = build_grid(radius, radius * rng.uniform(0.5, 0.75), height,
                      radius * rng.uniform(0.8, 0.95), thickness, 20, 14)  # fmt: skip
    v = values(
        np.exp(rng.uniform(np.log(0.1), 0)), metabolic_multiplier=rng.uniform(1, 5),
        endplate_glucose=rng.uniform(3, 5.5), endplate_oxygen=rng.uniform(3e3, 7e3),
    )  # fmt: skip
    return grid, v, rng.uniform(0.1, 1.0), rng.uniform(0.05, 1.0)


def solve_random(count):
    rng = np.random.default_rng(5)
    for _ in range(count):
        grid, v, opened, living = random_disc(rng)
        found = steady_state(grid, v, Conditions(endplate_open=opened, living=living))
        inside = grid.region <= 2
        for name in ("oxygen", "glucose", "lactate"):
            assert found.fields[name][inside].min() >= 0.0


def test_random_discs_converge_and_none_is_negative():
    solve_random(60)


@pytest.mark.slow
def test_a_thousand_random_discs_converge_and_none_is_negative():
    solve_random(1000)


def test_medium_on_all_faces_feeds_better():
    grid = build_grid(*EQUAL_VOLUME, 24, 16)
    closed, free = (
        steady_state(grid, values(), Conditions(culture=c)).fields["glucose"]
        for c in ("in vivo", "free swelling")
    )
    inside = grid.region <= 2
    assert (free[inside] > closed[inside] - 1e-9).all()
    assert free[inside].min() > closed[inside].min() + 0.01


def test_fewer_cells_leave_more_glucose_and_a_closed_endplate_less():
    grid = build_grid(*EQUAL_VOLUME, 24, 16)
    nucleus = grid.region == 0
    least = [
        steady_state(grid, values(), Conditions(**change)).fields["glucose"][nucleus].min()
        for change in ({"endplate_open": 0.5}, {}, {"living": 0.5})
    ]
    assert least[0] < least[1] < least[2]


def test_a_shrunken_disc_is_thinner_and_drier_and_the_two_nearly_cancel():
    grid = build_grid(*EQUAL_VOLUME, 24, 16)
    nucleus = grid.region == 0
    whole, shrunken = (
        steady_state(grid, values(), Conditions(volume_ratio=r)).fields["glucose"][nucleus].min()
        for r in ((1.0, 1.0, 1.0), (0.8, 0.9, 1.0))
    )
    assert shrunken == pytest.approx(whole, rel=0.1)


def test_half_the_boundary_glucose_starves():
    grid = build_grid(*EQUAL_VOLUME, 24, 16)
    poor = values(endplate_glucose=2.0, annulus_glucose=2.5)
    nucleus = grid.region == 0
    full = steady_state(grid, values(), "guarded").fields["glucose"][nucleus].min()
    assert steady_state(grid, poor, "guarded").fields["glucose"][nucleus].min() < 0.6 * full


def test_a_disc_without_cells_has_the_values_of_its_surroundings():
    grid = build_grid(*EQUAL_VOLUME, 16, 12)
    found = steady_state(grid, values(), Conditions(living=0.0)).fields
    inside = grid.region <= 2
    assert found["glucose"][inside].min() >= 4.0 - 1e-6
    assert found["glucose"][inside].max() <= 5.0 + 1e-6


def test_the_view_tells_living_share_height_steps_and_warnings():
    summary = view(disc_study("human-lumbar", ["disc.endplate_open_fraction=0.2"])).summary
    assert summary["height_mm"] == pytest.approx(12.06)
    assert 0 <= summary["living_fraction"] <= 1
    assert 0 < summary["iterations"] < 60
    assert summary["warnings"]
    published = view(
        disc_study("human-lumbar", ["disc.rate_law=published", "disc.endplate_open_fraction=0.2"])
    ).summary
    assert any("negative" in w for w in published["warnings"])


def test_no_steady_state_is_said_with_what_to_change(monkeypatch):
    from evdisc.tissue import nutrition

    def nothing(*arguments):
        arguments[2 + nutrition.COUNT][0] = -1

    from dataclasses import replace

    monkeypatch.setattr(nutrition, "MECHANISM", replace(nutrition.MECHANISM, kernel=nothing))
    with pytest.raises(SolveError, match="rate_law=guarded"):
        steady_state(build_grid(*EQUAL_VOLUME, 8, 6), values(), "published")


@pytest.mark.parametrize("culture", ["in vivo", "free swelling"])
def test_half_and_whole_disc_agree(culture):
    half = build_grid(*EQUAL_VOLUME, 24, 16)
    at = Conditions(culture=culture, endplate_open=0.4)
    part, whole = (steady_state(g, values(), at).fields for g in (half, half.doubled()))
    for name, field in part.items():
        np.testing.assert_allclose(whole[name][:, half.shape[1] :], field, rtol=1e-7)
        np.testing.assert_allclose(whole[name], whole[name][:, ::-1], rtol=1e-7)


def test_means_extrapolated_from_two_grids_are_far_better_than_either():
    problem = peers.problem(values(), EQUAL_VOLUME)
    best = peers.solve(problem, 40, 30)
    exact = np.array([peers.mean(*best, c, problem) for c in range(3)])
    for counts in (((4, 3, 6), (8, 3)), ((8, 6, 12), (16, 6))):
        radial, axial = (tuple(2 * n for n in part) for part in counts)
        found = refined(build_grid(*EQUAL_VOLUME, radial, axial), values(), "published")
        scale = (1e3, 1, 1)
        means = [[m * found.mean(s, c) for s, m in zip(peers.SOLUTES, scale, strict=True)]
                 for c in range(3)]  # fmt: skip
        wrong = np.abs(np.array(means) / exact - 1).max()
        bound = max(found.error(s, c) / found.mean(s, c) for c in range(3) for s in peers.SOLUTES)
        assert wrong < bound / 4
    assert wrong < 1e-4


def test_only_nested_cells_are_joined():
    with pytest.raises(ValueError, match="odd number"):
        build_grid(*EQUAL_VOLUME, 25, 16).halved()
    with pytest.raises(ValueError, match="border"):
        build_grid(*EQUAL_VOLUME, (5, 3, 6), (8, 2)).halved()
