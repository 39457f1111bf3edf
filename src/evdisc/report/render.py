"""The report of a run folder: one self-contained page, the same bytes each time."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evdisc.evidence.claims import Claim
from evdisc.evidence.library import Library, load
from evdisc.evidence.names import fold
from evdisc.outcome.readouts import EXPRESSION, readout_names
from evdisc.report import figures, words
from evdisc.report.answer import answer
from evdisc.report.body_figures import organ_course, organ_table, whereabouts
from evdisc.report.exposure_figures import exposure_figures
from evdisc.report.run_folder import stored
from evdisc.report.templates import templates
from evdisc.report.trust import contradictions, standing
from evdisc.study.folder import write_bytes

FORMAT = "evdisc-report/1"
FIRST_SHOWN = 8


def write_report(folder: Path) -> Path:
    """Write ``report.html`` of a finished run folder and return its path.

    Raises:
        FolderError: the folder holds no result.
    """
    path = folder / "report.html"
    write_bytes(path, render(folder).encode())
    return path


def render(folder: Path) -> str:
    """The page as text; see :func:`write_report`."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    result = stored(folder)
    protocol = (folder / "protocol.yaml").read_text("utf-8")
    library = load(sorted((folder / "overlays").glob("*")))
    shown, more = _readouts(result, protocol)
    result["first"] = shown[:1]
    environment = templates()
    environment.filters.update(
        number=words.number,
        interval=words.interval,
        csv_link=csv_link,
        difference=words.difference,
        verdict_lines=words.verdict_lines,
    )
    return environment.get_template("template.html").render(
        format=FORMAT, result=result, protocol=protocol, plotly=Markup(get_plotlyjs()),
        answer=answer(result), sentence=words.sentence(result), too_few=words.too_few(result),
        opening=figures.opening(result),
        courses=figures.courses(result, shown), more=figures.courses(result, more),
        whereabouts=whereabouts(result), organ_course=organ_course(result),
        organ_table=organ_table(result),
        exposure=exposure_figures(result, folder),
        maps=figures.maps(folder, result["arms"]), influence=figures.influence(result),
        effects=effects(result, shown), more_effects=effects(result, more),
        standing=standing(), contradictions=contradictions(result, library),
        claims=claims(result, library), citations=citations(result, library), markup=Markup,
    )  # fmt: skip


def csv_link(text: str) -> str:
    """CSV text as a data URI."""
    return "data:text/csv;base64," + base64.b64encode(text.encode()).decode()


def effects(result: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of the effects table: the first therapy arm against each comparison."""
    rows = []
    for name in names:
        about = result["readouts"][name]
        every = [e for e in [about["effect"], *about["effects"]] if e is not None]
        first = result["arms"][0]
        for e in every:
            if e["arm"] == first and e["claims"] == "discounted":
                believed = next(
                    x
                    for x in every
                    if x["claims"] == "all believed"
                    and all(x[k] == e[k] for k in ("arm", "versus", "hypothesis"))
                )
                rows.append(
                    {"name": name, "unit": words.unit_of(about["unit"]), **e, "believed": believed}
                )
    return rows


def claims(result: Mapping[str, Any], library: Library) -> list[Claim]:
    """Claims behind the network, grouped by target."""
    used = set(result["evidence"])
    return sorted(
        (c for c in library.claims if c.claim in used),
        key=lambda c: (c.target.casefold(), c.source.casefold(), c.claim),
    )


def citations(result: Mapping[str, Any], library: Library) -> list[dict[str, str]]:
    """Studies behind the run."""
    return [library.sources[k] for k in result["citations"] if k in library.sources]


def _readouts(result: Mapping[str, Any], protocol: str) -> tuple[list[str], list[str]]:
    """Read-outs shown at once (those the protocol names, else the first few), and the rest."""
    from evdisc.protocol.yaml_io import load_protocol

    asked = [fold(n) for n in load_protocol(protocol).spec.readouts]
    usual = [fold(n) for n in readout_names(result["kind"], EXPRESSION, cells=True)]

    def place(name: str) -> tuple[int, bool, int, str]:
        bare = fold(name.split(" (")[0])
        beside = " (" in name and name.split(" (")[0] in result["readouts"]
        named = asked.index(bare) if bare in asked and not beside else len(asked)
        return named, beside, usual.index(bare), name

    every = sorted(result["readouts"], key=place)
    count = sum(place(n)[0] < len(asked) for n in every) or FIRST_SHOWN
    return every[:count], every[count:]
