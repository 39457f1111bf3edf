"""The command line of the evidence: `evdisc evidence`. Part of the door; answers in a moment."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.errors import EvidenceError, InputError, nearest

if TYPE_CHECKING:
    from evdisc.evidence.additions import Tables
    from evdisc.evidence.claims import Claim
    from evdisc.evidence.library import Library
    from evdisc.evidence.weights import Belief

app = typer.Typer(
    name="evidence",
    help="What is known: claims with their studies, conflicts, gaps, exports, your own papers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Overlays = Annotated[
    list[Path] | None, typer.Option("--overlay", help="Look at your own overlay too.")
]


def opened(overlays: list[Path] | None = None) -> tuple[Library, Belief]:
    """The evidence with overlays on top, and how much one study is believed."""
    from evdisc.evidence.library import load

    library = load(overlays or [])
    medians: dict[str, float] = {}

    def belief(kind: str) -> float:
        if kind not in medians:
            medians[kind] = library.resolve("claim_probability", subject=kind).median
        return medians[kind]

    return library, belief


def emit(value: Any) -> None:
    """Print one JSON object on stdout."""
    import json

    print(json.dumps(value, indent=1, sort_keys=True, allow_nan=False))


def with_weights(claims: list[Claim], library: Library, belief: Belief) -> list[dict[str, Any]]:
    """Claims as JSON, each with the weight of its arrow (null where its sign is open)."""
    from evdisc.evidence.weights import arrows

    weight = {
        (a.source, a.target, a.sign): a.probability(library.sources, belief)
        for a in arrows(library.claims)
    }
    return [asdict(c) | {"weight": weight.get(c.edge)} for c in claims]


@app.command("list")
def list_(
    cell: Annotated[str | None, typer.Option(help="Recipient cell, e.g. NP.")] = None,
    setting: Annotated[str | None, typer.Option(help="in vitro, ex vivo or in vivo.")] = None,
    study: Annotated[str | None, typer.Option(help="Study, e.g. cheng2018.")] = None,
    row: Annotated[str | None, typer.Option(help="Table row or passage, e.g. T1.05.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Type of either end.")] = None,
    overlay: Overlays = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """List claims, all of them or those that fit."""
    from evdisc.evidence.names import canonical

    library, belief = opened(overlay)
    wanted = canonical("recipient_cell", cell) if cell else None
    require(study, library.sources, "study")
    require(setting, ("in vitro", "ex vivo", "in vivo", "in silico"), "setting")
    require(type_, {t for c in library.claims for t in (c.source_type, c.target_type)}, "type")
    rows = {c.chain.rpartition(":")[2] for c in library.claims}
    require(row, rows, "row")
    claims = [
        c
        for c in library.claims
        if (wanted is None or wanted in [x.strip() for x in c.cell.split(";")])
        and (setting is None or setting in c.setting)
        and study in (None, c.study)
        and row in (None, c.chain.rpartition(":")[2])
        and (type_ is None or type_ in (c.source_type, c.target_type))
    ]
    if as_json:
        emit({"claims": with_weights(claims, library, belief)})
        return
    from evdisc.report.evidence_text import claim_table

    print(f"{claim_table(claims, library, belief)}\n\n{len(claims)} claims")


def require(value: str | None, valid: Any, what: str) -> None:
    """Check that an option names something that exists.

    Raises:
        InputError: it does not; offers the nearest.
    """
    if value is not None and value not in valid:
        known = sorted(valid)
        raise InputError(
            f"no such {what}", key=f"--{what}", value=value, nearest=nearest(value, known),
            expected=" | ".join(known) if len(known) < 20 else None,
        )  # fmt: skip


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="Claim, table row, study, or any name.")],
    overlay: Overlays = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show a claim, a chain, a study or a name, with the arithmetic of every weight."""
    from evdisc.evidence.entities import find_entities
    from evdisc.evidence.search import about

    library, belief = opened(overlay)
    kind, claims = about(key, library)
    if as_json:
        emit({"kind": kind, "key": key, "claims": with_weights(claims, library, belief)})
        return
    from evdisc.report import evidence_text as text

    if kind == "claim":
        print(text.claim_detail(claims[0], library, belief))
    elif kind == "chain":
        print(text.chain_text(claims[0].chain, library, belief))
    else:
        if kind == "entity":
            print(text.entity_text(find_entities(key, library.entities.values())[0]))
        else:
            source = library.sources[key]
            print("\n".join(f"{k:12} {v}" for k, v in source.items() if v and k != "#"))
        print(text.claim_table(claims, library, belief))


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="Words; synonyms and identifiers count.")],
    overlay: Overlays = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Find claims, names, studies and parameters that speak of a text."""
    from evdisc.evidence.search import find as search

    library, belief = opened(overlay)
    found = search(text, library)
    if as_json:
        emit(
            {
                "claims": with_weights(list(found.claims), library, belief),
                "entities": [asdict(e) for e in found.entities],
                "sources": [{k: v for k, v in s.items() if k != "#"} for s in found.sources],
                "parameters": [asdict(p) for p in found.parameters],
            }
        )
        return
    from evdisc.report.evidence_text import found_text

    print(found_text(found, library, belief))


@app.command()
def conflicts(overlay: Overlays = None, as_json: AsJson = False) -> None:
    """Where the record speaks against itself, and what would settle it."""
    from evdisc.evidence.conflicts import conflicts as find_conflicts

    library, _ = opened(overlay)
    found = find_conflicts(library)
    if as_json:
        emit(
            {
                "conflicts": [
                    {
                        "rule": c.rule, "about": c.about, "differs": c.differs,
                        "settle": c.settle,
                        "sides": [{"says": s.says, "claims": [x.claim for x in s.claims]}
                                  for s in c.sides],
                    }
                    for c in found
                ]
            }
        )  # fmt: skip
        return
    from evdisc.report.evidence_text import conflict_text

    print(conflict_text(found))


@app.command()
def gaps(overlay: Overlays = None, as_json: AsJson = False) -> None:
    """What nobody has shown, cargo by cargo, and every link the record leaves open."""
    from evdisc.evidence.gaps import coverage, unknown_links
    from evdisc.evidence.gaps import gaps as find_gaps

    library, _ = opened(overlay)
    found, unknown = find_gaps(library), unknown_links(library)
    if as_json:
        emit(
            {
                "cargoes": [asdict(g) for g in found],
                "unknown_links": [asdict(c) for c in unknown],
                "coverage": [
                    {"cargo": cargo, "cell": cell, "setting": setting, "studies": n}
                    for (cargo, cell, setting), n in coverage(library).items()
                ],
            }
        )
        return
    from evdisc.report.evidence_text import gap_text

    print(gap_text(found, unknown))


@app.command("map")
def map_(
    out: Annotated[Path, typer.Argument(help="Page to write (HTML).")],
    overlay: Overlays = None,
) -> None:
    """Write one page: the claims as a map from cargo to phenotype, and the heat map of studies."""
    from evdisc.report.evidence_map import evidence_map

    write(out, evidence_map(*opened(overlay)))


@app.command("export")
def export_(
    form: Annotated[
        str, typer.Option("--format", help="csv, json, graphml, sif, indra, bel or jsonld.")
    ] = "csv",
    out: Annotated[Path | None, typer.Option("--out", help="File (default: stdout).")] = None,
    overlay: Overlays = None,
) -> None:
    """Write the claims in a format other tools read."""
    from evdisc.evidence.export import FORMATS, export

    require(form, FORMATS, "format")
    text = export(form, *opened(overlay))
    print(text, end="") if out is None else write(out, text)


def write(path: Path, text: str) -> None:
    """Write a file at once and say so on stderr."""
    from evdisc.evidence.tables import replace_file

    replace_file(path, text)
    typer.echo(f"wrote {path}", err=True)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="Your studies; default: shipped.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the shipped evidence, or your own studies, by the same rules."""
    from evdisc.evidence.check import problems
    from evdisc.evidence.therapies import therapies

    if file is None:
        library, _ = opened()
        found = problems(library)
        if found:
            raise EvidenceError(found[0], advice=f"{len(found)} problems in all")
        counts = {"claims": len(library.claims), "sources": len(library.sources),
                  "entities": len(library.entities), "therapies": len(therapies()),
                  "parameters": sum(map(len, library.parameters.values()))}  # fmt: skip
    else:
        from evdisc.evidence.additions import require_valid

        tables = read(file)
        require_valid(tables, tables, file)
        counts = {table: len(rows) for table, rows in tables.items()}
    if as_json:
        emit({"valid": True, "rows": counts})
    else:
        told = ", ".join(f"{n} {table}" for table, n in counts.items())
        print(f"{file or 'shipped evidence'}: valid ({told})")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="Your studies (CSV or YAML).")],
    to: Annotated[Path, typer.Option("--to", help="Overlay to write into (CSV).")],
    as_json: AsJson = False,
) -> None:
    """Check your own studies and write them into an overlay; a protocol must name it to use it."""
    from evdisc.evidence.additions import add as add_rows

    gained = add_rows(read(file), to, file)
    if as_json:
        emit({"overlay": str(to), "added": gained})
    else:
        told = ", ".join(f"{n} {table}" for table, n in gained.items())
        print(f"{to}: added {told}; name it under evidence.overlays of a protocol to use it")


@app.command()
def protocols(
    folder: Annotated[Path, typer.Argument(help="Folder to write into.")],
    engineered: Annotated[
        bool, typer.Option("--engineered", help="Rows with engineered vesicles alone.")
    ] = False,
) -> None:
    """Write a protocol for every row of the review's two tables; files of the same name go."""
    from evdisc.evidence.tables import replace_file
    from evdisc.study.atlas import atlas

    library, _ = opened()
    if not folder.is_dir():
        raise InputError("folder does not exist", value=str(folder), expected="a folder")
    written = [row for row in atlas(library) if row.engineered or not engineered]
    for row in written:
        replace_file(folder / row.name, row.text)
    print(f"{folder}: {len(written)} protocols")


def read(file: Path) -> Tables:
    """Rows of a user's CSV or YAML file.

    Raises:
        EvidenceError: it is neither, or a row does not fit.
    """
    from evdisc.evidence.additions import from_csv, from_document

    if file.suffix.lower() not in (".yaml", ".yml"):
        return from_csv(file)
    from evdisc.protocol.yaml_io import read_document

    return from_document(read_document(file), file)
