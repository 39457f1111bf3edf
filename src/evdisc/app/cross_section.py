"""The disc cut through its middle: a field, an arm, and a slider over time."""

from __future__ import annotations

from typing import Any

from nicegui.element import Element

from evdisc.app.controls import Field, failure, link, note, tag
from evdisc.app.drawing import csv_inside, plot
from evdisc.app.laboratory import Laboratory
from evdisc.errors import EvdiscError
from evdisc.report.figures import table_csv


class Slider(Element, component="slider.js"):
    """A native slider over named positions; ``told`` gets the position."""

    def __init__(self, label: str, names: list[str], told: Any) -> None:
        super().__init__()
        self.props.update({"label": label, "names": names, "value": len(names) - 1})

        async def heard(event: Any) -> None:
            await told(int(event.args))

        self.on("told", heard)


class CrossSection:
    """Maps of one run."""

    def __init__(self, lab: Laboratory, job: str, folder: str) -> None:
        self.lab, self.job, self.folder = lab, job, folder
        self.asked = 0

    async def draw(self) -> None:
        """Choices, slider and maps."""
        try:
            self.found = await self.lab.pages.ask("fields", folder=self.folder)
        except EvdiscError as error:
            failure(str(error))
            return
        words, every = self.found["words"], self.found["arms"]
        self.field = next(iter(words))
        self.both = [a for a in every if a in ("treated", "untreated")] or every
        self.arms = self.both
        self.time = len(self.found["times_d"]) - 1
        titles = {words[n][0]: n for n in words}
        with tag("div", "", "row"):
            Field("Field", words[self.field][0], lambda t: self.choose(titles[t]), kind="choice",
                  choices=list(titles))  # fmt: skip
            Field("Arms", "", self.pick, kind="choice", choices=["", *every],
                  empty=" and ".join(self.arms))  # fmt: skip
            Slider("Time", [f"day {t:g}" for t in self.found["times_d"]], self.move)
        self.box = tag("div", aria_live="polite")
        note(f"Member {self.found['member']}, whose disc ends closest to the median. The disc is "
             "cut through its axis; the nucleus is in the middle.")  # fmt: skip
        await self.show()

    async def choose(self, field: str) -> None:
        """Another field."""
        self.field = field
        await self.show()

    async def pick(self, arm: str) -> None:
        """One arm, or the first two beside each other."""
        self.arms = [arm] if arm else self.both
        await self.show()

    async def move(self, time: int) -> None:
        """Another time."""
        self.time = time
        await self.show()

    async def show(self) -> None:
        """Draw the maps; what a hand has passed already is not drawn."""
        self.asked += 1
        mine = self.asked
        try:
            found = await self.lab.pages.ask("cut", folder=self.folder, name=self.field,
                                             arms=self.arms, time=self.time)  # fmt: skip
        except EvdiscError as error:
            self.box.clear()
            with self.box:
                failure(str(error))
            return
        if mine == self.asked:
            self.box.clear()
            with self.box:
                self.maps(found)

    def maps(self, found: dict[str, Any]) -> None:
        """The arms beside each other, and their numbers."""
        title, unit, _, colours = self.found["words"][self.field]
        span, day = (found["low"], found["high"]), found["day"]
        with tag("figure"):
            with tag("div", "", "figures"):
                for arm, values in found["values"].items():
                    with tag("div"):
                        tag("h3", f"{title}, {arm}, day {day:g}")
                        plot(heat(found["r_mm"], found["z_mm"], values, span, unit, colours),
                             f"Map of {title} in the {arm} disc on day {day:g}")  # fmt: skip
            with tag("figcaption"):
                tag("span", f"{title}, {unit}; one scale for all times of these arms. ")
                text = table_csv(("arm", "time_d", "r_mm", "z_mm", unit), found["rows"])
                link("data (CSV)", csv_inside(text), download=f"{self.field}.csv")


def heat(r: list[float], z: list[float], values: list[list[float | None]],
         span: tuple[float, float], unit: str, colours: str) -> dict[str, Any]:  # fmt: skip
    """A map as a Plotly figure, in the true proportion of the disc."""
    tall = (z[-1] - z[0]) / (r[-1] - r[0])
    axis = {"zeroline": False, "showgrid": False, "ticksuffix": " mm"}
    return {
        "data": [{
            "type": "heatmap", "x": r, "y": z, "z": values, "zmin": span[0],
            "zmax": max(span[1], span[0] + 1e-12), "colorscale": colours,
            "colorbar": {"thickness": 12, "title": {"text": unit, "side": "right"}},
            "hovertemplate": "%{z:.3g} " + unit + "<br>r %{x:.3g} mm, z %{y:.3g} mm<extra></extra>",
        }],
        "layout": {
            "height": int(120 + 420 * min(tall, 0.9)),
            "margin": {"l": 60, "r": 10, "t": 10, "b": 40},
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "system-ui, sans-serif", "size": 12},
            "xaxis": axis, "yaxis": axis | {"scaleanchor": "x", "constrain": "domain"},
        },
    }  # fmt: skip
