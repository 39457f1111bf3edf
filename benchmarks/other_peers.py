"""The nutrient problem of :mod:`peers` in NGSolve and in FiPy: region means (region, solute)."""

import numpy as np


def graded(problem, radial, axial):
    """Grid the other solvers take over too."""
    from evdisc.solve.grid import build_grid

    return build_grid(*problem.size, radial, axial)


def ngsolve_means(problem, radial, axial):
    """Quadratic elements on quadrilaterals, Newton with a sparse direct solver."""
    import ngsolve as ng
    from ngsolve.solvers import Newton

    mesh, names = ngsolve_mesh(graded(problem, radial, axial))
    each = [ng.H1(mesh, order=2, dirichlet="lid|rim") for _ in range(3)]
    space = each[0] * each[1] * each[2]
    u, v = space.TnT()
    diffusivity = [
        mesh.MaterialCF(dict(zip(names, problem.diffusivity[:, s], strict=True))) for s in range(3)
    ]
    density = mesh.MaterialCF(dict(zip(names, problem.density, strict=True)))
    porosity = mesh.MaterialCF(dict(zip(names, problem.porosity, strict=True)))
    p = [float(x) for x in problem.law]
    oxygen, _, lactate = u
    ph = p[9] + p[10] * lactate
    above = ph - p[1]
    breath = p[13] * p[0] * oxygen * above / (p[2] + oxygen + p[3] * above)
    made = p[13] * (1e-15 / 3600) * ng.exp(p[4] + p[5] * ph + p[6] * oxygen + p[7] * oxygen**2)
    sources = (-density * porosity * breath / p[11], -density * p[8] * made, density * made)
    form = ng.BilinearForm(space)
    for s in range(3):
        # one weight a solute, so that the equations are of like size
        weight = 1e9 / (problem.lid[s] + 1.0)
        flux = ng.x * diffusivity[s] * ng.grad(u[s]) * ng.grad(v[s])
        form += weight * (flux - ng.x * sources[s] * v[s]) * ng.dx
    state = ng.GridFunction(space)
    for s in range(3):
        start, edge = ng.GridFunction(each[s]), ng.GridFunction(each[s])
        start.Set(float(problem.lid[s]))
        edge.Set(float(problem.rim[s]), definedon=mesh.Boundaries("rim"))
        on_rim = ng.BitArray(each[s].GetDofs(mesh.Boundaries("rim")))
        known, given = start.vec.FV().NumPy(), edge.vec.FV().NumPy()
        chosen = np.array(list(on_rim))
        known[chosen] = given[chosen]
        state.components[s].vec.data = start.vec
    Newton(form, state, maxerr=1e-8, inverse="umfpack", printing=False)
    size = [ng.Integrate(ng.x, mesh, definedon=mesh.Materials(n)) for n in names]
    return np.array([
        [ng.Integrate(ng.x * state.components[s], mesh, definedon=mesh.Materials(n)) / whole
         for s in range(3)]
        for n, whole in zip(names, size, strict=True)
    ])  # fmt: skip


def ngsolve_mesh(grid):
    """Quadrilaterals of the regions inside the disc, boundaries named ``lid`` and ``rim``."""
    import ngsolve as ng
    from netgen.meshing import Element1D, Element2D, FaceDescriptor, MeshPoint, Pnt
    from netgen.meshing import Mesh as Netgen

    names = ("nucleus", "annulus", "endplate")
    raw = Netgen(dim=2)
    point = {}
    for i, r in enumerate(grid.r_faces):
        for k, z in enumerate(grid.z_faces):
            beside = grid.region[max(i - 1, 0) : i + 1, max(k - 1, 0) : k + 1]
            if (beside <= 2).any():
                point[i, k] = raw.Add(MeshPoint(Pnt(float(r), float(z), 0.0)))
    for c, name in enumerate(names):
        raw.Add(FaceDescriptor(bc=c + 1, domin=c + 1, surfnr=c + 1))
        raw.SetMaterial(c + 1, name)
    nr, nz = grid.shape
    for i in range(nr):
        for k in range(nz):
            if grid.region[i, k] <= 2:
                corners = [point[i, k], point[i + 1, k], point[i + 1, k + 1], point[i, k + 1]]
                raw.Add(Element2D(int(grid.region[i, k]) + 1, corners))
    for k in range(nz):
        if grid.region[-1, k] == 1:
            raw.Add(Element1D([point[nr, k], point[nr, k + 1]], index=1))
    for i in range(nr):
        if grid.region[i, -1] == 2:
            raw.Add(Element1D([point[i, nz], point[i + 1, nz]], index=2))
    raw.SetBCName(0, "rim")
    raw.SetBCName(1, "lid")
    return ng.Mesh(raw), names


def fipy_means(problem, radial, axial):
    """Finite volumes, the three equations swept in turn with their sinks made implicit."""
    import fipy

    grid = graded(problem, radial, axial)
    mesh = fipy.CylindricalGrid2D(dx=np.diff(grid.r_faces), dy=np.diff(grid.z_faces))
    region = grid.region.T.ravel()
    inside = region <= 2
    take = np.where(inside, region, 0)
    x, y = (np.asarray(c) for c in mesh.faceCenters)
    radius, _, height, endplate, _ = problem.size
    wall = (x > radius * (1 - 1e-9)) & (y < height / 2)
    lid = (y > grid.z_faces[-1] * (1 - 1e-9)) & (x < endplate)
    fields, equations = [], []
    for s in range(3):
        field = fipy.CellVariable(mesh=mesh, value=float(problem.lid[s]), hasOld=True)
        field.constrain(float(problem.rim[s]), where=mesh.facesRight & wall)
        field.constrain(float(problem.lid[s]), where=mesh.facesTop & lid)
        of_cells = fipy.CellVariable(
            mesh=mesh, value=np.where(inside, problem.diffusivity[take, s], 1e-30)
        )
        fields.append(field)
        equations.append(fipy.DiffusionTerm(coeff=of_cells.harmonicFaceValue))
    held = fipy.ImplicitSourceTerm(coeff=fipy.CellVariable(mesh=mesh, value=1.0 * ~inside))
    density = np.where(inside, problem.density[take], 0.0)
    porosity = problem.porosity[take]
    p = problem.law
    exact = fipy.LinearLUSolver(tolerance=1e-14)
    for _ in range(200):
        o, g, a = (np.array(f.value) for f in fields)
        ph = p[9] + p[10] * a
        above = ph - p[1]
        breath = p[13] * p[0] * above / (p[2] + o + p[3] * above) * density * porosity / p[11]
        made = p[13] * (1e-15 / 3600) * np.exp(p[4] + p[5] * ph + p[6] * o + p[7] * o * o) * density
        right = (
            -fipy.ImplicitSourceTerm(coeff=fipy.CellVariable(mesh=mesh, value=breath)),
            fipy.CellVariable(mesh=mesh, value=-p[8] * made),
            fipy.CellVariable(mesh=mesh, value=made),
        )
        for field, diffusion, source in zip(fields, equations, right, strict=True):
            (diffusion + source - held == 0.0).solve(var=field, solver=exact)
        change = max(
            np.abs(np.array(f.value) - old)[inside].max() / np.abs(old[inside]).max()
            for f, old in zip(fields, (o, g, a), strict=True)
        )
        if change < 1e-6:
            break
    volume = grid.volume.T.ravel()
    return np.array([
        [(np.array(f.value) * volume)[region == c].sum() / volume[region == c].sum()
         for f in fields]
        for c in range(3)
    ])  # fmt: skip
