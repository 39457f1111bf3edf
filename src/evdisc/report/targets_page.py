"""Page of a miRNA's target sites: what is reported beside what the sequence says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evdisc import __version__
from evdisc.cargo.targets import FORMAT, Pair, Site, Targets
from evdisc.cargo.transcriptome import replacing
from evdisc.evidence.library import Library
from evdisc.report.figures import Figure, style, table_csv
from evdisc.report.render import csv_link

#: colours of the types, strongest first; names as in the table
COLOURS = {
    "8mer": "#3b7dd8", "7mer-m8": "#1f8a8a", "7mer-A1": "#57b8b8", "6mer": "#9fb3b5",
    "duplex only": "#c79a2b",
}  # fmt: skip
SYMBOLS = {"duplex only": "line-ns-open"}
#: UTRs in the figure and sites drawn base by base; tables and CSV hold the rest
DRAWN_UTRS, DRAWN_SITES, LISTED = 40, 60, 500
LINE, TOP, SIZE = 26, 130, 11
#: sources of the method
SOURCES = (
    "mathews2004",
    "agarwal2015",
    "grimson2007",
    "saetrom2007",
    "enright2003",
    "kozomara2019",
)


def write_targets_page(path: Path, answer: Targets, library: Library) -> None:
    """Write the page, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    text = targets_page(answer, library)
    with replacing(path) as draft:
        draft.write_text(text, "utf-8", newline="")


def targets_page(answer: Targets, library: Library) -> str:
    """The page as HTML, the same bytes for the same answer."""
    import jinja2
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("evdisc.report", "."), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["csv_link"] = csv_link
    studies = [c.study for c in library.claims if any(c.claim in p.reported for p in answer.pairs)]
    keys = [*dict.fromkeys(studies), *SOURCES]
    return environment.get_template("targets_page.html").render(
        format=FORMAT, plotly=Markup(get_plotlyjs()), markup=Markup, answer=answer,
        result={"evdisc": __version__, "title": f"Target sites of {answer.mirna}"},
        lead=lead(answer), pairs=ranked(answer.pairs)[:LISTED], sites=answer.sites[:LISTED],
        drawn=strongest(answer.sites), figure=site_map(answer) if answer.sites else None,
        claims={c.claim: c for c in library.claims},
        citations=[library.sources[k] for k in keys if k in library.sources],
        free=any(s.accessibility is not None for s in answer.sites),
        aligned=any(s.aligned_species for s in answer.sites),
        shuffled=any(p.chance is not None for p in answer.pairs),
        together=any(s.cooperates_with for s in answer.sites),
    )  # fmt: skip


def lead(answer: Targets) -> list[str]:
    """What was found, in a few sentences; disagreements first."""
    lines = [
        f"{p.mirna} is reported to lower {p.gene} ({', '.join(p.reported)}), but {p.utr} holds no "
        "canonical site of it. The sequence does not contradict the experiment: such a site may "
        "be of another kind, or lie outside this sequence; it does not support it either."
        for p in answer.disagreements
    ]
    seeded = sum(p.canonical for p in answer.pairs)
    utrs = sum(1 for p in answer.pairs if p.canonical)
    agreeing = sum(1 for p in answer.pairs if p.canonical and p.reported)
    if not seeded:
        return [*lines, "No UTR holds a canonical site."]
    of_gene = f"; {agreeing or 'none'} of them of a gene the evidence reports as a target"
    return [
        *lines,
        f"{seeded} canonical site{'s'[: seeded - 1]} in {utrs} UTR{'s'[: utrs - 1]}"
        f"{of_gene if utrs > 1 else ', reported as a target' if agreeing else ', not reported'}.",
    ]


def ranked(pairs: Sequence[Pair]) -> list[Pair]:
    """Reported pairs first, then those with most sites and the strongest duplex."""
    return sorted(pairs, key=lambda p: (not p.reported, -p.canonical, p.strongest or 0.0, p.utr))


def strongest(sites: Sequence[Site]) -> list[Site]:
    """Sites that were drawn, the strongest first."""
    drawn = [s for s in sites if s.duplex is not None]
    return sorted(drawn, key=lambda s: s.energy or 0.0)[:DRAWN_SITES]


def site_map(answer: Targets) -> Figure:
    """Where the sites lie in each UTR."""
    import plotly.graph_objects as go

    utrs = list(dict.fromkeys(p.utr for p in ranked(answer.pairs) if p.canonical + p.duplex_only))
    utrs = utrs[:DRAWN_UTRS]
    row = {utr: n for n, utr in enumerate(utrs)}
    figure = go.Figure()
    for kind, colour in COLOURS.items():
        own = [s for s in answer.sites if s.type == kind and s.utr in row]
        if own:
            figure.add_trace(go.Scatter(
                x=[(s.start + s.end) / 2 for s in own], y=[row[s.utr] for s in own],
                mode="markers", name=kind,
                marker={"color": colour, "size": SIZE, "symbol": SYMBOLS.get(kind, "circle"),
                        "line": {"width": 2, "color": colour}},
                text=[f"{s.mirna} {s.start}-{s.end}<br>{s.energy} kcal/mol" for s in own],
                hovertemplate="%{text}<extra>" + kind + "</extra>",
            ))  # fmt: skip
    height = TOP + LINE * len(utrs)
    style(figure, height)
    figure.update_xaxes(title="base of the UTR, from its 5' end", rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(utrs))),
        ticktext=utrs,
        range=[len(utrs) - 0.4, -0.6],
        automargin=True,
    )
    data = table_csv(
        ("mirna", "utr", "start", "end", "type", "energy_kcal_per_mol"),
        [(s.mirna, s.utr, s.start, s.end, s.type, s.energy) for s in answer.sites],
    )
    caption = "Dots: seed matches by type. Bars: duplexes without a seed match."
    return Figure("sites", "Where the sites lie", caption, figure.to_json(), data, height)
