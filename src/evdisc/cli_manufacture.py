"""The command line of `evdisc manufacture`. Part of the door."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evdisc.cli_evidence import AsJson, emit
from evdisc.cli_progress import watched
from evdisc.errors import InputError

if TYPE_CHECKING:
    from evdisc.evidence.library import Library
    from evdisc.protocol.yaml_io import LoadedProtocol

app = typer.Typer(rich_markup_mode=None)

Isolation = Annotated[
    str | None,
    typer.Option(help='Step or chain, e.g. "tangential flow -> size exclusion"; else as protocol.'),
]
Prices = Annotated[
    Path | None, typer.Option(help="Your prices (YAML); without them no cost is told.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", help="Override: dotted.key=value, e.g. disc.grade=3.")
]
Batches = Annotated[
    int | None,
    typer.Option(help="Batches to compare: which release test keeps them effective (runs it)."),
]


@app.command()
def manufacture(
    protocol: Annotated[Path, typer.Argument(help="Protocol file (YAML).")],
    subjects: Annotated[int, typer.Option(help="Patients, animals or wells.")] = 1,
    platform: Annotated[
        str, typer.Option(help="Culture: all, or names with commas between.")
    ] = "all",
    isolation: Isolation = None,
    dose: Annotated[
        str | None,
        typer.Option(help="Dose in place of the protocol's: '1e11 particles' or '100 ug'."),
    ] = None,
    prices: Prices = None, batches: Batches = None,
    members: Annotated[int, typer.Option(help="Members behind the comparison of batches.")] = 6,
    keep: Annotated[
        float, typer.Option(help="Share of the middle batch's effect an effective batch keeps.")
    ] = 0.5,
    set_: Overrides = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all draws.")] = None,
    draws: Annotated[int, typer.Option(help="Draws of everything uncertain.")] = 4000,
    out: Annotated[Path | None, typer.Option(help="Write a page (HTML).")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """What a dose takes: cells, medium, days, batches, purity, bottleneck, schedule, cost."""
    from evdisc.evidence.library import load
    from evdisc.manufacture.frame import Asked
    from evdisc.manufacture.isolation import parse_chain
    from evdisc.manufacture.plan import plan
    from evdisc.manufacture.platforms import parse_platforms
    from evdisc.manufacture.prices import read_prices
    from evdisc.protocol.yaml_io import load_protocol
    from evdisc.report.manufacture_page import FORMAT, write_page
    from evdisc.report.page_file import require_page
    from evdisc.study.preflight import overlay_paths

    require_page(out, FORMAT)
    stated = [] if seed is None else [f"ensemble.seed={seed}"]
    loaded = load_protocol(protocol, [*(set_ or []), *stated])
    library = load(overlay_paths(loaded))
    asked = Asked(
        loaded.spec, subjects, parse_platforms(platform),
        parse_chain(isolation) if isolation else (), read_prices(prices) if prices else None,
        dose, loaded.spec.ensemble.seed, draws,
    )  # fmt: skip
    try:
        result = plan(asked, library)
    except InputError as error:
        # an option is not in the file
        raise error if str(error.key).startswith("--") else error.found_in(protocol) from None
    if batches is not None:
        result["batch_comparison"] = compared(loaded, asked, library, batches, members, keep)
    if out is not None:
        write_page(out, result, library, loaded.text, sys.argv[1:])
    if as_json:
        emit(result)
        return
    from evdisc.report.manufacture_words import terminal

    print(terminal(result))
    if out is not None:
        print(f"\npage: {out}")


def compared(
    loaded: LoadedProtocol, asked: Any, library: Library, batches: int, members: int, keep: float
) -> dict[str, Any]:
    """The comparison of batches, with its progress on stderr."""
    from evdisc.study.batches import compare

    with watched("runs") as progress:
        return compare(loaded, asked, library, batches, members, progress, keep)
