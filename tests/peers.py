"""The same nutrient problem in scikit-fem: quadratic elements, Newton with a sparse direct solver.

Written from the equations alone: geometry, diffusivities, rates and boundary values enter as
numbers. Derivatives of the rates are by complex step.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl
import skfem
from skfem.helpers import dot, grad

SOLUTES = ("oxygen", "glucose", "lactate")


@dataclass(frozen=True)
class Problem:
    """A half disc in SI units; oxygen is a pressure and carries its solubility.

    ``size`` is (radius, nucleus radius, height, endplate radius, endplate thickness).
    """

    size: tuple
    diffusivity: np.ndarray  # (region, solute)
    density: np.ndarray  # (region,)
    porosity: np.ndarray  # (region,)
    law: np.ndarray  # parameters of the rate laws
    rim: np.ndarray
    lid: np.ndarray
    guarded: bool = False


def problem(values, size, guarded=False):
    """The problem evdisc solves for these values."""
    from evdisc.simulate.assemble import pack
    from evdisc.tissue.metabolism import PARAMETERS
    from evdisc.tissue.nutrition import hindrance

    regions = ("NP", "AF", "CEP")
    porosity = np.array([values.number("porosity", region=r) for r in regions])
    water = np.array([values.number("free_diffusivity", s) for s in SOLUTES])
    diffusivity = np.array([[hindrance(p) * w for w in water] for p in porosity])
    diffusivity[2] *= values.number("endplate_diffusivity_factor")
    return Problem(
        size, diffusivity, np.array([values.number("cell_density", region=r) for r in regions]),
        porosity, pack(PARAMETERS, values)[:, 0],
        np.array([values.number(f"annulus_{s}") for s in SOLUTES]),
        np.array([values.number(f"endplate_{s}") for s in SOLUTES]), guarded,
    )  # fmt: skip


def sources(u, density, porosity, problem):
    """Sources of the three solutes, per m3 and s; oxygen as a pressure."""
    o, g, a = u
    p = problem.law
    ph = p[9] + p[10] * a
    above = ph - p[1]
    breath = p[13] * p[0] * o * above / (p[2] + o + p[3] * above)
    made = p[13] * (1e-15 / 3600) * np.exp(p[4] + p[5] * ph + p[6] * o + p[7] * o * o)
    if problem.guarded:
        made = made * g / (g + p[12])
    return (
        -density * porosity * breath / p[11],
        -density * p[8] * made,
        density * made,
    )


def mesh(problem, radial, axial):
    """Tensor mesh that meets the borders of the regions; elements outside are left out."""
    from evdisc.solve.grid import build_grid

    grid = build_grid(*problem.size, radial, axial)
    whole = skfem.MeshQuad.init_tensor(grid.r_faces, grid.z_faces)
    r, z = whole.p[:, whole.t].mean(axis=1)
    _, _, height, endplate, _ = problem.size
    return whole.restrict(np.nonzero((z < 0.5 * height) | (r < endplate))[0])


def solve(problem, radial, axial, steps=30, tolerance=1e-10):
    """Newton on quadratic elements.

    Returns the basis and u, (3, unknowns).
    """
    m = mesh(problem, radial, axial)
    basis = skfem.Basis(m, skfem.ElementQuad2())
    radius, nucleus, height, _, thickness = problem.size
    x = np.asarray(basis.global_coordinates())
    r, z = x.mean(axis=-1)
    region = np.where(z > 0.5 * height, 2, np.where(r < nucleus, 0, 1))[:, None]
    spread = np.ones(x.shape[1:])
    porosity, density = problem.porosity[region] * spread, problem.density[region] * spread
    stiffness = [
        skfem.BilinearForm(lambda u, v, w: w.r * w.d * dot(grad(u), grad(v))).assemble(
            basis, r=x[0], d=problem.diffusivity[region, s] * spread
        )
        for s in range(3)
    ]
    weighted = skfem.BilinearForm(lambda u, v, w: w.r * w.c * u * v)
    load = skfem.LinearForm(lambda v, w: w.r * w.c * v)
    top = 0.5 * height + thickness
    lid = basis.get_dofs(lambda y: y[1] > top - 1e-9).all()
    rim = basis.get_dofs(lambda y: y[0] > radius - 1e-9).all()
    n = basis.N
    free = np.setdiff1d(np.arange(n), np.concatenate([lid, rim]))
    u = np.repeat(problem.lid[:, None], n, axis=1)
    u[:, rim] = problem.rim[:, None]
    every = np.concatenate([free + s * n for s in range(3)])
    for _ in range(steps):
        at = [np.asarray(basis.interpolate(u[s])) for s in range(3)]
        made = sources(at, density, porosity, problem)
        force = np.concatenate(
            [load.assemble(basis, r=x[0], c=made[s]) - stiffness[s] @ u[s] for s in range(3)]
        )
        blocks = [[None] * 3 for _ in range(3)]
        for q in range(3):
            bent = [a + (1e-20j if k == q else 0) for k, a in enumerate(at)]
            slope = [np.imag(f) * 1e20 for f in sources(bent, density, porosity, problem)]
            for s in range(3):
                blocks[s][q] = -weighted.assemble(basis, r=x[0], c=slope[s])
                if s == q:
                    blocks[s][q] = blocks[s][q] + stiffness[s]
        matrix = sp.bmat(blocks, format="csr")[every][:, every].tocsc()
        move = sl.spsolve(matrix, force[every])
        flat = u.ravel()
        flat[every] += move
        u = flat.reshape(3, n)
        if np.abs(move).max() < tolerance * np.abs(u).max():
            break
    return basis, u


def mean(basis, u, region, problem):
    """Volume means of the three solutes over a region."""
    _, nucleus, height, _, _ = problem.size
    x = np.asarray(basis.global_coordinates())
    r, z = x.mean(axis=-1)
    inside = {0: (z < 0.5 * height) & (r < nucleus), 1: (z < 0.5 * height) & (r > nucleus),
              2: z > 0.5 * height}[region]  # fmt: skip
    weight = np.asarray(basis.dx) * x[0] * inside[:, None]
    return np.array([(np.asarray(basis.interpolate(v)) * weight).sum() for v in u]) / weight.sum()


def probe(basis, u, points):
    """The three solutes at points (2, n)."""
    matrix = basis.probes(points)
    return np.array([matrix @ v for v in u])


def quadratic(problem, radial, axial):
    """Region means (region, solute) by :func:`solve`."""
    basis, u = solve(problem, radial, axial, tolerance=1e-8)
    return np.array([mean(basis, u, region, problem) for region in range(3)])
