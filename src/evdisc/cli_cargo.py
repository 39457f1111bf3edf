"""The command line of `evdisc cargo`. Part of the door."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from evdisc import cli_targets
from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched
from evdisc.errors import InputError

app = typer.Typer(
    name="cargo",
    help="Molecules: measured cargo, miRNA target sites.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(cli_targets.app)

Table = Annotated[Path, typer.Argument(help="miRNA counts or proteins: CSV, TSV, XLSX, gz.")]
Samples = Annotated[
    Path, typer.Option("--samples", help="Sheet with columns sample, group, batch.")
]
Kind = Annotated[str | None, typer.Option("--kind", help="mirna or protein (default: seen).")]
Mirbase = Annotated[
    Path | None, typer.Option("--mirbase", help="Your miRBase mature FASTA, to settle arms.")
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder of the tables and the page.")]


@app.command("import")
def import_(
    table: Table, samples: Samples, kind: Kind = None, mirbase: Mirbase = None,
    method: Annotated[
        str, typer.Option("--normalise", help="tmm, upper-quartile or none (counts).")
    ] = "tmm",
    compare: Annotated[
        list[str] | None, typer.Option("--compare", help="GROUP:VERSUS, differential abundance.")
    ] = None,
    out: Out = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Read measured cargo: names, quality, normalisation, differences between groups."""
    from evdisc.cargo.omics import import_cargo
    from evdisc.report.import_text import cargo_text

    if out is not None:
        from evdisc.cargo.omics import FORMAT
        from evdisc.report.import_files import CARGO
        from evdisc.report.import_folder import require_own

        require_own(out, CARGO, FORMAT, (table, samples, mirbase))
    pairs = [_pair(c, ":", "--compare", "GROUP:VERSUS") for c in compare or []]
    data = import_cargo(table, samples, kind, method=method, reference=names_of(mirbase))  # type: ignore[arg-type]
    found = [data.differential(a, b) for a, b in pairs]
    summary = data.summary() | {"compared": [_counted(d) for d in found]}
    if out is not None:
        from evdisc.report.import_files import write_cargo

        write_cargo(data, found, summary, out)
    emit(summary) if as_json else print(cargo_text(summary, out))


@app.command()
def report(
    table: Table, samples: Samples,
    protocol: Annotated[
        Path | None, typer.Option("--protocol", help="Disc or dish with your product and dose.")
    ] = None,
    vesicles: Annotated[
        Path | None, typer.Option("--vesicles", help="vesicles.json of an import, or a file of it.")
    ] = None,
    spike_in: Annotated[
        list[str] | None, typer.Option("--spike-in", help="NAME=COPIES added to each library.")
    ] = None,
    copies: Annotated[
        str | None,
        typer.Option("--copies-per-vesicle", help="All molecules of a vesicle, or NAME=COPIES."),
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", help="Group that is tried (default: the first).")
    ] = None,
    kind: Kind = None, mirbase: Mirbase = None,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Leave out cargo that was not measured.")
    ] = False,
    members: Annotated[int, typer.Option("--members", min=1, help="Members in the disc.")] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed.")] = 1,
    out: Out = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """From measured cargo to the disc: copies per vesicle and cell, claims, effect; one page."""
    from evdisc.report.cargo_page import write_cargo_report
    from evdisc.report.cargo_report import Asked, cargo_report
    from evdisc.report.cargo_words import lead

    folder = out if out is not None else Path("runs") / f"cargo-{table.name.partition('.')[0]}"
    added = dict(_named(s, "--spike-in") for s in spike_in or [])
    asked = Asked(
        table, samples, folder, kind, group, protocol, vesicles, added or None, _scale(copies),
        members, seed, isolate, names_of(mirbase),
    )  # fmt: skip
    with watched("members") as progress:
        answer = cargo_report(asked, progress)
    path = write_cargo_report(answer, folder, shlex.join(["evdisc", *sys.argv[1:]]))
    if as_json:
        emit(answer.content)
    else:
        print(lead(answer.content))
        print(f"\nreport: {path}")


def names_of(mirbase: Path | None) -> frozenset[str]:
    """Current names of a user's miRBase FASTA; none without one."""
    if mirbase is None:
        return frozenset()
    from evdisc.cargo.mirna_names import names_of_fasta
    from evdisc.cargo.tabular import read_text

    found = names_of_fasta(read_text(mirbase))
    if not found:
        raise InputError("holds no names", file=mirbase, expected="a miRBase mature FASTA")
    return found


def _counted(found: Any) -> dict[str, Any]:
    """How many features differ, and the first ten."""
    first = found.head(10)
    return {
        "group": str(found["group"].iloc[0]), "versus": str(found["versus"].iloc[0]),
        "method": str(found["method"].iloc[0]), "tested": int(found["p"].notna().sum()),
        "false_discovery_5_percent": int((found["p_adjusted"] < 0.05).sum()),
        "first": [[str(r.feature), float(r.log2_fold), float(r.p_adjusted)]
                  for r in first.itertuples() if r.p_adjusted == r.p_adjusted],
    } if len(found) else {"tested": 0}  # fmt: skip


def _pair(text: str, sign: str, option: str, example: str) -> tuple[str, str]:
    left, found, right = text.partition(sign)
    if not found or not left.strip() or not right.strip():
        raise InputError("cannot be read", key=option, value=text, expected=example)
    return left.strip(), right.strip()


def _named(text: str, option: str) -> tuple[str, float]:
    name, value = _pair(text, "=", option, "NAME=COPIES, such as cel-miR-39-3p=1e6")
    return name, _positive(value, option)


def _positive(text: str, option: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0.0 < value < float("inf"):
        raise InputError("is no count", key=option, value=text, expected="a number above 0")
    return value


def _scale(text: str | None) -> float | tuple[str, float] | None:
    if text is None:
        return None
    option = "--copies-per-vesicle"
    return _named(text, option) if "=" in text else _positive(text, option)
