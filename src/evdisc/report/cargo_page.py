"""The page and the tables of a cargo report: self-contained, the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evdisc.cargo.omics import plain
from evdisc.evidence.library import Library
from evdisc.report import words
from evdisc.report.cargo_figures import profile_plot, reach, samples_plot
from evdisc.report.cargo_report import RECORD, Answer
from evdisc.report.cargo_words import lead
from evdisc.report.figures import courses
from evdisc.report.render import csv_link
from evdisc.study.folder import write_bytes, write_json

PAGE = "report.html"
KEY = "result"


def write_cargo_report(answer: Answer, out: Path, command: str) -> Path:
    """Write page, JSON, tidy tables and the two protocols; returns the path of the page.

    Raises:
        FolderError: the folder cannot be written.
    """
    text = page(answer, command)
    write_json(out / RECORD, answer.content)
    write_bytes(out / "cargo.csv", answer.profile.table().to_csv(index=False).encode())
    write_bytes(out / "samples.csv", answer.data.quality.to_csv(index=False).encode())
    for protocol in (answer.dish, answer.disc):
        write_bytes(out / f"{protocol.spec.kind}.yaml", protocol.text.encode())
    write_bytes(out / PAGE, text.encode())
    return out / PAGE


def page(answer: Answer, command: str) -> str:
    """The page as text."""
    import jinja2
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    content = answer.content
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("evdisc.report", "."), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(number=words.number, interval=words.interval, csv_link=csv_link,
                               difference=words.difference)  # fmt: skip
    groups = list(dict.fromkeys(row["group"] for row in content["groups"]))
    return environment.get_template("cargo_page.html").render(
        format=content["format"], result=content, plotly=Markup(get_plotlyjs()), markup=Markup,
        lead=lead(content), command=command, rows=content["disc"]["stoichiometry"],
        dish={r["name"]: r for r in content["dish"]["stoichiometry"]},
        claims=_by(content["claims"]),
        more_groups=groups if len(groups) > 1 else [], by_group=_by_group(content),
        parts=[_part(name, answer) for name in ("dish", "disc") if content[name][KEY]],
        group_of={str(k): str(v) for k, v in answer.data.samples["group"].items()},
        protocol=answer.disc.text + "\n---\n" + answer.dish.text,
        citations=_citations(content, answer.library), **_figures(answer),
    )  # fmt: skip


def _figures(answer: Answer) -> dict[str, Any]:
    content = answer.content
    rows = content["disc"]["stoichiometry"]
    sheet = answer.data.samples
    scores = answer.data.scores
    share = {r["component"]: r["variance_share"] for r in content["import"]["batches"]}
    listed = plain(scores.reset_index(names="sample"))
    needed = rows[0].get("needed") if rows else None
    acting = any(r["acts_through"] for r in rows)
    return {
        "plenty": profile_plot([(str(n), float(s)) for n, s in answer.profile.share.items()],
                             content["acts_through"]),
        "samples": samples_plot(listed, share, _text(sheet["group"]), _text(sheet["batch"])),
        "reach": reach(rows, content["dish"]["stoichiometry"], needed) if acting else None,
    }  # fmt: skip


def _text(column: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in column.items()}


def _by(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        out.setdefault(row["cargo"], []).append(row)
    return out


def _by_group(content: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for row in content["groups"]:
        out.setdefault(row["name"], {})[row["group"]] = row["share"]
    return out


def _part(name: str, answer: Answer) -> dict[str, Any]:
    found = answer.content[name][KEY]
    protocol = answer.dish if name == "dish" else answer.disc
    asked = [n for n in protocol.spec.readouts if n in found["readouts"]]
    shown = asked or list(found["readouts"])[:4]
    said = f"{protocol.spec.title}. " + (
        "What was not measured comes from the evidence."
        if answer.content[name]["rest_of_the_profile"] else "The measured cargo alone acts."
    )  # fmt: skip
    return {"name": name, "words": said, "figures": courses(found, shown),
            "effects": _effects(found, shown)}  # fmt: skip


def _effects(found: Mapping[str, Any], shown: list[str]) -> list[dict[str, Any]]:
    from evdisc.report.render import effects

    return effects(found, shown)


def _citations(content: Mapping[str, Any], library: Library) -> list[dict[str, str]]:
    keys = {c["study"] for c in content["claims"]}
    for name in ("dish", "disc"):
        keys |= set(content[name][KEY]["citations"]) if content[name][KEY] else set()
    return [library.sources[k] for k in sorted(keys) if k in library.sources]
