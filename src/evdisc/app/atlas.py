"""Atlas: what is known, claim by claim; the map; where studies disagree; what nobody has shown."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from nicegui import app as pages
from nicegui import ui

from evdisc.app import shell
from evdisc.app.controls import Field, button, link, note, table, tag
from evdisc.app.drawing import csv_inside
from evdisc.app.home import tour
from evdisc.app.laboratory import Laboratory
from evdisc.app.safety import REPORT_POLICY
from evdisc.evidence.claims import Claim
from evdisc.evidence.conflicts import Conflict
from evdisc.evidence.gaps import CargoGaps
from evdisc.evidence.library import Library
from evdisc.report.figures import table_csv

SHOWN = 24
ARROW = {1: "raises", -1: "lowers", 0: "acts on (how is unknown)"}
SETTINGS = ("in vitro", "ex vivo", "in vivo")


@dataclass(frozen=True)
class Known:
    """The evidence as the page shows it."""

    library: Library
    weights: dict[str, float | None]
    conflicts: list[Conflict]
    gaps: list[CargoGaps]
    map: str
    choices: dict[str, list[str]]


@functools.cache
def known() -> Known:
    """Load and weigh the shipped evidence, once."""
    from evdisc.evidence.conflicts import conflicts
    from evdisc.evidence.gaps import gaps
    from evdisc.evidence.library import load
    from evdisc.evidence.weights import arrows
    from evdisc.report.evidence_map import evidence_map

    library = load()

    @functools.cache
    def belief(kind: str) -> float:
        return library.resolve("claim_probability", subject=kind).median

    weight = {a.identity: a.probability(library.sources, belief) for a in arrows(library.claims)}
    of = {(a.source, a.target, a.sign): weight[a.identity] for a in arrows(library.claims)}
    weights = {c.claim: of.get(c.edge) for c in library.claims}
    return Known(library, weights, conflicts(library), gaps(library), evidence_map(library, belief),
                 {n: values(library, pick) for n, pick in FILTERS.items()})  # fmt: skip


def values(library: Library, pick: Callable[[Claim], Iterable[str]]) -> list[str]:
    """Every value of a filter, sorted."""
    found = {v.strip() for c in library.claims for v in pick(c) if v.strip()}
    return sorted(found, key=str.casefold)


def cargoes(claim: Claim) -> list[str]:
    """Cargo a claim is about."""
    return [claim.target] if claim.relation == "delivers" else [claim.source] if (
        claim.source_type in ("miRNA", "circRNA", "lncRNA", "mRNA", "antagomir")
    ) else []  # fmt: skip


def strategies(claim: Claim) -> list[str]:
    """Engineering a claim is about."""
    return [claim.source] if claim.source_type in ("engineering", "material") else []


FILTERS: dict[str, Callable[[Claim], list[str]]] = {
    "Cargo": cargoes, "Cell": lambda c: c.cell.split(";"),
    "Setting": lambda c: [s for s in SETTINGS if s in c.setting], "Strategy": strategies,
}  # fmt: skip


def register(lab: Laboratory) -> None:
    """Make the page and the map."""
    pages.on_startup(lambda: asyncio.create_task(asyncio.to_thread(known)))

    @pages.get("/atlas/map")
    async def evidence_map() -> HTMLResponse:
        text = (await asyncio.to_thread(known)).map
        return HTMLResponse(text, headers={"content-security-policy": REPORT_POLICY})

    @ui.page("/atlas", response_timeout=60.0)
    async def atlas(request: Request) -> None:
        found = await asyncio.to_thread(known)
        with shell.page("Atlas", "/atlas"):
            tag("h1", "Atlas")
            lib = found.library
            studies = len({c.study for c in lib.claims})
            note(f"{len(lib.claims)} claims of {studies} studies. Each is one arrow from one "
                 "study, in one cell, under one insult.")  # fmt: skip
            Claims(found, request.query_params.get("find", "")[:100]).draw()
            whole_map()
            disagreements(found)
            missing(found)
            tour(request)


class Claims:
    """Search, filters and cards."""

    def __init__(self, known: Known, text: str) -> None:
        self.known, self.text, self.most = known, text, SHOWN
        self.chosen = dict.fromkeys(FILTERS, "")

    def draw(self) -> None:
        """The search and what it finds."""
        tag("h2", "Claims", "unseen")
        with tag("search"), tag("div", "", "row"):
            Field("Search", self.text, self.search, wait=300,
                  example="miR-21, Akt, Cheng 2018, ferroptosis")  # fmt: skip
            for name, choices in self.known.choices.items():
                Field(name, "", functools.partial(self.choose, name), kind="choice", empty="any",
                      choices=["", *choices])  # fmt: skip
        self.box = tag("div", aria_live="polite")
        self.show()

    def search(self, text: str) -> None:
        """Another text."""
        self.text, self.most = text[:100], SHOWN
        self.show()

    def choose(self, name: str, value: str) -> None:
        """Another value of a filter."""
        self.chosen[name], self.most = value, SHOWN
        self.show()

    def found(self) -> list[Claim]:
        """Claims that fit, the weightiest first."""
        from evdisc.evidence.search import find

        lib = self.known.library
        claims = find(self.text, lib).claims if self.text.strip() else lib.claims
        fit = [c for c in claims if all(
            not value or value in [v.strip() for v in FILTERS[name](c)]
            for name, value in self.chosen.items()
        )]  # fmt: skip
        return sorted(fit, key=lambda c: -(self.known.weights[c.claim] or 0.0))

    def show(self) -> None:
        """Cards of what fits."""
        found = self.found()
        self.box.clear()
        with self.box:
            with tag("div", "", "row middle"):
                tag("strong", f"{len(found)} claims", role="status")
                if found:
                    link("data (CSV)", csv_inside(claims_csv(found, self.known)),
                         download="claims.csv")  # fmt: skip
            with tag("div", "", "cards"):
                for claim in found[: self.most]:
                    card(claim, self.known)
            if len(found) > self.most:
                button(f"Show {min(SHOWN, len(found) - self.most)} more", self.more)

    def more(self) -> None:
        """Show more cards."""
        self.most += SHOWN
        self.show()


def card(claim: Claim, known: Known) -> None:
    """One claim with its study, proof and weight."""
    source = known.library.sources[claim.study]
    weight = known.weights[claim.claim]
    with tag("article", "", "panel claim"):
        tag("h3", f"{claim.source} {ARROW[claim.sign]} {claim.target}")
        with tag("div"):
            tag("span", f"weight {weight:.2f}" if weight is not None else "weight unknown", "tag")
            tag("span", claim.proof, "tag")
            for word in (claim.cell, claim.setting, claim.species, claim.insult):
                if word:
                    tag("span", word, "tag")
        first = source["authors"].split(",")[0] or claim.study
        with tag("p", "", "soft"):
            tag("span", f"{first} {source['year']}. {source['title']} ")
            if source["doi"]:
                link(f"doi:{source['doi']}", f"https://doi.org/{source['doi']}", rel="noreferrer")
        if claim.note:
            note(claim.note)


def claims_csv(claims: list[Claim], known: Known) -> str:
    """Claims as a table to take home."""
    columns = ("claim", "study", "source", "sign", "target", "relation", "proof", "tier", "cell",
               "species", "setting", "insult", "note")  # fmt: skip
    rows = [[*(getattr(c, name) for name in columns), known.weights[c.claim]] for c in claims]
    return table_csv((*columns, "weight"), rows)


def whole_map() -> None:
    """The map, drawn when it is opened."""
    tag("h2", "Map")
    note("Cargo, target, pathway, phenotype: every claim as a line, with filters of its own.")
    box = tag("div")

    def draw() -> None:
        box.clear()
        with box:
            tag("iframe", "", "report", src="/atlas/map", title="Map of the evidence",
                sandbox="allow-scripts allow-downloads")  # fmt: skip

    with box, tag("div", "", "row"):
        button("Draw the map", draw)
        link("Open it on a page of its own", "/atlas/map", "button", target="_blank")


def disagreements(known: Known) -> None:
    """Where the record speaks against itself."""
    tag("h2", f"{len(known.conflicts)} conflicts")
    note("Found by rule. Both sides are kept: members of an ensemble differ in which they believe.")
    rows: list[list[Any]] = [[c.about, c.rule, "; ".join(s.says for s in c.sides), c.differs,
                              c.settle] for c in known.conflicts]  # fmt: skip
    folded(rows, ["about", "kind", "sides", "what differs", "what would settle it"], "conflicts")


def missing(known: Known) -> None:
    """What nobody has shown."""
    tag("h2", f"Gaps of {len(known.gaps)} cargoes")
    rows: list[list[Any]] = [[g.cargo, ", ".join(g.missing), ", ".join(g.studies)]
                             for g in known.gaps]  # fmt: skip
    folded(rows, ["cargo", "missing", "studies"], "gaps")


def folded(rows: list[list[Any]], head: list[str], name: str) -> None:
    """A long table that can be opened."""
    with tag("details"):
        tag("summary", f"Show all {len(rows)}")
        table(head, rows, name)
        link("data (CSV)", csv_inside(table_csv(head, rows)), download=f"{name}.csv")
