"""Tables for a terminal, as text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.answer import answer
from evdisc.report.words import difference, interval, number, percent, sentence, verdict_lines

WIDTH = 118


def study_table(result: Mapping[str, Any], first: Sequence[str] = ()) -> str:
    """End values of every arm, and the effect, for the read-outs of a study.

    ``first`` names the read-outs to show, in order; all are shown where it is empty.
    """
    if not result["readouts"]:
        return "no member of this study could be run"
    arms = result["arms"]
    titles = ["read-out", "unit", *arms]
    effect = next(iter(result["readouts"].values()))["effect"]
    if effect:
        titles += [f"{effect['arm']} - {effect['versus']}", "direction"]
    rows = []
    # a region or cell type stands in brackets: shown where there is no plain read-out beside it
    plain = [n for n in result["readouts"] if " (" not in n] or list(result["readouts"])
    shown = [n for f in first for n in plain if n.split(" (")[0] == f]
    for name in shown or plain:
        about = result["readouts"][name]
        bands = about["hypotheses"]["stoichiometric"]["arms"]
        cells = [number(bands[arm]["median"][-1]) for arm in arms]
        row = [name, about["unit"], *cells]
        if effect:
            row += [difference(about["effect"]), about["effect"]["direction"]]
        rows.append(row)
    told = {**result, "first": first}
    text = "\n".join(s for s in (text_table(titles, rows), answer(told), sentence(told)) if s)
    for cargo, words in verdict_lines(result["delivery"].get("treated", {})):
        text += f"\n{cargo}: {words}"
    for warning in result["warnings"]:
        text += f"\nnote: {warning}"
    return text


#: errors of the cells of a field, and how they are called
IN_CELLS = {
    "root_mean_square": "root mean square", "largest": "worst cell", "over": "cells above 1 %",
    "relative": "worst, of itself", "raw": "the same, raw",
}  # fmt: skip


def oracle_lines(found: Mapping[str, Any]) -> str:
    """Errors of one member against its oracle, in % of the full scale."""
    rows = [
        [name, f"{100.0 * row['end']:.2g}", f"{100.0 * row['over_time']:.2g}"]
        for name, row in found["means"].items()
    ]
    fields = [
        [name, *(f"{100.0 * row[key]:.2g}" for key in IN_CELLS)]
        for name, row in found["fields"].items()
    ]
    head = (
        f"member {found['member']} against fine steps and a network a cell "
        f"({found['steps'][0]} and {found['steps'][1]} steps, "
        f"{found['seconds'][0]:.3g} and {found['seconds'][1]:.3g} s); errors in % of the full scale"
    )
    return "\n".join([
        head, text_table(["mean", "end", "worst in time"], rows),
        text_table(["field at the end", *IN_CELLS.values()], fields),
        "of itself: of the cell's own value or 1 % of the largest, if more; raw: without that",
    ])  # fmt: skip


def dose_lines(table: Mapping[str, Any]) -> str:
    """The dose and stoichiometry table."""
    row = table["delivery"]
    lines = [
        ["vesicles taken up per cell", interval(row["vesicles_per_cell"])],
        ["share of the dose that stayed", interval(row["fraction_of_dose_in_disc"])],
    ]
    for cargo, copies in row["copies_per_cell"].items():
        lines.append([f"copies of {cargo} per cell", interval(copies)])
        lines.append(
            [f"{cargo} over the cell's own", interval(row["delivered_over_endogenous"][cargo])]
        )
    rows = [*given(table), *cells_given(row), *lines, *organs(row)]
    text = table["title"] + "\n" + text_table(["", "median (90 % range)"], rows)
    text += "\n" + compared(table["published"])
    if table["product"]:
        text += "\n" + table["product"]["purity"]["words"]
    for cargo, words in verdict_lines(row):
        text += f"\n{cargo}: {words}"
    for warning in table["warnings"]:
        text += f"\nnote: {warning}"
    return text


def given(table: Mapping[str, Any]) -> list[list[str]]:
    """What is given and what it takes, as rows."""
    dose, product = table["dose"], table["product"]
    if not dose:
        return []
    rows = [
        ["vesicles given in all", number(dose["particles_in_all"])],
        ["protein of one injection, ug", interval(dose["protein_ug"])],
        ["particles in a ug of protein", interval(product["purity"]["particles_per_ug"])],
        ["vesicles given per living cell", interval(dose["particles_per_living_cell"])],
        ["vesicles to make for it", interval(product["vesicles_to_make"])],
    ]
    for name, label in (
        ("recovery", "left after engineering"), ("integrity", "of those whole"),
        ("left_after_storage", "left after storage"), ("yield_gain", "yield of a parent cell"),
    ):  # fmt: skip
        if product[name]["median"] != 1.0:
            rows.append([label, interval(product[name])])
    rows.append(["native cargo of a donor, over the mean", interval(product["cargo_by_donor"])])
    rows.append(["native cargo of a batch, over the mean", interval(product["cargo_by_batch"])])
    for cargo, copies in product["free_copies_per_vesicle"].items():
        rows.append([f"free {cargo} per vesicle", interval(copies)])
    return rows


def cells_given(row: Mapping[str, Any]) -> list[list[str]]:
    """Transplanted cells, and what they give off beside a bolus the same cells make, as rows."""
    cells = row["cells_given"]
    if not cells:
        return []
    return [
        ["living cells given in all", number(cells["given"]["median"])],
        ["of them alive at the end", interval(cells["alive"])],
        ["vesicles they gave off in the disc", interval(cells["secreted"])],
        ["vesicles of a bolus as many cells make", interval(cells["bolus"])],
        ["given off in the disc over that bolus", interval(cells["secreted_over_bolus"])],
    ]


def organs(row: Mapping[str, Any]) -> list[list[str]]:
    """What each organ took up of the dose and holds at most, as rows; what took up most first."""
    went = row["body"].get("went", {})
    found = sorted(row["organs"], key=lambda o: -(went[o]["median"] or 0.0)) if went else []
    return [
        [f"{organ}: took up, most at once, % of dose",
         f"{percent(went[organ])}; {percent(row['organs'][organ])}"]
        for organ in found
    ]  # fmt: skip


def compared(published: Sequence[Mapping[str, Any]]) -> str:
    """Doses others gave."""
    if not published:
        return ""
    rows = [
        [p["given"], f"{number(p['amount'])} {p['unit']}", number(p["ours_over_it"]), p["source"],
         p["note"]]
        for p in published
    ]  # fmt: skip
    return text_table(["given to", "dose", "ours over it", "source", ""], rows)


def why_table(told: Mapping[str, Any]) -> str:
    """The paths that moved a read-out, the strongest first."""
    moved = told["moved"]
    where = "signalling alone"
    if "day" in told:
        where = f"{told['region']} against {told['against']}, about day {told['day']:.3g}"
    head = (
        f"why {told['readout']} moved (up in {100 * moved['up']:.0f} %, down in "
        f"{100 * moved['down']:.0f} % of {told['members']} members; {where})"
    )
    rows = [
        [f"{100 * p['share']:.0f} %", f"{100 * p['members']:.0f} %", chain(p["arrows"]),
         ", ".join(p["studies"])]
        for p in told["paths"]
    ]  # fmt: skip
    foot = "a negative share worked against the move; evdisc: taught in textbooks, no study named"
    return f"{head}\n{text_table(['share', 'in members', 'path', 'studies'], rows)}\n{foot}"


def chain(arrows: Sequence[str]) -> str:
    """Arrows A -> B, B -| C as A -> B -| C."""
    text = arrows[0].removeprefix("stimulus:") if arrows else "brought"
    for arrow in arrows[1:]:
        mark = " -> " if " -> " in arrow else " -| "
        text += mark + arrow.split(mark, 1)[1]
    return text


def nutrition_table(summary: Mapping[str, Any]) -> str:
    """Extremes and means of the nutrients, by region."""
    rows = [
        [region, *_name_and_unit(key), *(number(row[k], 4) for k in ("min", "mean", "max"))]
        for region, fields in summary["regions"].items()
        for key, row in fields.items()
    ]
    head = (
        f"{summary['disc']}, grade {summary['grade']}, rate law {summary['rate_law']}, endplate "
        f"factor {number(summary['endplate_diffusivity_factor'])}"
    )
    foot = (
        f"height {number(summary['height_mm'])} mm; share of nucleus and annulus with the glucose "
        f"and pH that cells need: {100 * summary['living_fraction']:.3g} %; "
        f"{summary['iterations']} Newton steps on {summary['cells'][0]} x {summary['cells'][1]} "
        f"cells and its half, error of the means below "
        f"{100 * summary['relative_error_of_means']:.1g} %"
    )
    notes = "".join(f"\nnote: {warning}" for warning in summary["warnings"])
    titles = ["region", "solute", "unit", "min", "mean", "max"]
    return f"{head}\n{text_table(titles, rows)}\n{foot}{notes}"


def _name_and_unit(key: str) -> tuple[str, str]:
    name, _, unit = key.partition("_")
    return name, unit


def explanation(found: Mapping[str, Any]) -> str:
    """Where a parameter's numbers come from, or who owns and reads a state variable."""
    lines = [
        f"{found['key']}: {found['kind']}" + (f", {found['meaning']}" if found["meaning"] else "")
    ]
    if found["kind"] == "state variable":
        lines.append(f"unit {found['unit']}, held once per {found['held']}")
        for name in ("owned_by", "added_to_by", "read_by"):
            lines.append(f"{name.replace('_', ' ')}: {', '.join(found[name]) or 'nobody'}")
        return "\n".join(lines)
    lines.append(f"read by: {', '.join(found['read_by']) or 'nobody'}")
    rows = [[
        r["context"], _spread(r), r["unit"], r["tier"] + (f" via {r['via']}" if r["via"] else ""),
        r["source"], r["note"],
    ] for r in found["rows"]]  # fmt: skip
    return (
        "\n".join(lines)
        + "\n"
        + text_table(["holds for", "value (90 %)", "unit", "tier", "source", "note"], rows)
    )


def _spread(row: Mapping[str, Any]) -> str:
    if row["distribution"] in ("fixed", "bernoulli"):
        return f"{row['value']:g}"
    return f"{row['value']:g} ({row['low']:g} to {row['high']:g}, {row['distribution']})"


def text_table(titles: list[str], rows: list[list[str]]) -> str:
    """Rows under their titles, folded to the width of a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(Text(title), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    buffer = io.StringIO()
    Console(file=buffer, width=WIDTH, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().rstrip().split("\n"))
