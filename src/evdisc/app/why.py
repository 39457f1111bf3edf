"""Why a node of the cells moved: a question on the result page, and its answer."""

from __future__ import annotations

from typing import Any

from evdisc.app.controls import Field, failure, link, note, table, tag
from evdisc.app.drawing import csv_inside
from evdisc.app.laboratory import Laboratory
from evdisc.errors import EvdiscError
from evdisc.report.figures import table_csv

REGIONS = ("NP", "AF", "CEP")


class Why:
    """Paths that moved a node of the cells: of a dish, or of a region of the disc."""

    def __init__(self, lab: Laboratory, folder: str, disc: bool) -> None:
        self.lab, self.folder, self.disc = lab, folder, disc
        self.region = "NP"

    async def draw(self) -> None:
        """The question."""
        try:
            nodes = await self.lab.pages.ask("nodes", folder=self.folder)
        except EvdiscError as error:
            failure(str(error))
            return
        with tag("div", "", "row"):
            if self.disc:
                Field("In the cells of", "NP", self.where, kind="choice", choices=REGIONS)
            Field("Why did this move?", "", self.tell, example="MMP13", choices=nodes)
        self.box = tag("div", aria_live="polite")

    def where(self, region: str) -> None:
        """Another region, for the next question."""
        self.region = region

    async def tell(self, name: str) -> None:
        """The answer."""
        self.box.clear()
        if not name.strip():
            return
        with self.box:
            note("tracing ...")
        try:
            found = await self.lab.pages.ask("why", folder=self.folder, node=name.strip(),
                                             region=self.region)  # fmt: skip
        except EvdiscError as error:
            self.box.clear()
            with self.box:
                failure(str(error))
            return
        self.box.clear()
        with self.box:
            self.answer(found)

    def answer(self, found: dict[str, Any]) -> None:
        """How often it moved, and by which paths."""
        name, moved = found["readout"], found["moved"]
        where = ""
        if self.disc:
            where = (f", in the {found['region']} against {found['against']}, where both are "
                     f"furthest apart (about day {found['day']:.3g})")  # fmt: skip
        rose, fell = (f"{100 * moved[d]:.0f} %" for d in ("up", "down"))
        tag("p", f"{name} rose in {rose} and fell in {fell} of {found['members']} members{where}.")
        rows = [[p["chain"], f"{100 * p['share']:.0f} %", f"{100 * p['members']:.0f} %",
                 ", ".join(p["studies"])] for p in found["paths"]]  # fmt: skip
        if rows:
            head = ["path", "share of the move", "in members", "studies"]
            table(head, rows, f"Paths that moved {name}")
            note("A negative share worked against the move.")
            link("data (CSV)", csv_inside(table_csv(head, rows)), download="why.csv")
