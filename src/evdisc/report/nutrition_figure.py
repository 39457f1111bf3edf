"""A picture of the steady nutrients of one disc, mirrored, in true proportion."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evdisc.report import pictures
from evdisc.simulate.nutrition_view import View
from evdisc.simulate.steady_nutrients import FIELDS

COLOURS = {"oxygen": "viridis", "glucose": "cividis", "lactate": "magma_r", "ph": "RdYlBu"}


def save(view: View, path: Path) -> None:
    """Write the picture of :func:`evdisc.simulate.nutrition_view.view`.

    Raises:
        InputError: the file name has another ending, or cannot be written.
    """
    pictures.require_picture(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5.2), layout="constrained")
    axes = figure.subplots(2, 2)
    r, z = 1e3 * view.grid.r_faces, 1e3 * view.grid.z_faces
    across, up = np.concatenate([-r[::-1], r[1:]]), np.concatenate([-z[::-1], z[1:]])
    for axis, (name, unit, _) in zip(axes.flat, FIELDS, strict=True):
        quarter = np.where(view.grid.region <= 2, view.fields[name], np.nan)
        half = np.concatenate([quarter[::-1], quarter], axis=0)
        whole = np.concatenate([half[:, ::-1], half], axis=1)
        picture = axis.pcolormesh(across, up, whole.T, cmap=COLOURS[name])
        figure.colorbar(picture, ax=axis, label=unit, shrink=0.8)
        axis.set_aspect("equal")
        axis.set_title("pH" if name == "ph" else name, loc="left", fontsize=10)
        axis.set_xlabel("mm")
    figure.suptitle(f"Steady nutrients: {view.title}", fontsize=11)
    pictures.save(figure, path)
