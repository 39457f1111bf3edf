"""Figures of a ranking and of a comparison of species: effects with their intervals, copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report.figures import Figure, style, table_csv
from evdisc.report.words import unit_of
from evdisc.study.usual import control_words

COPIES, VESICLES, NEEDLE, GEL = "#1f8a8a", "#c79a2b", "#7a7a7a", "#8a6fb0"
LABELS = {"stoichiometric": "if delivered copies decide", "potency": "if vesicles per cell decide"}
LINE, TOP = 21, 110
OFFSET = 0.17


def forest(result: Mapping[str, Any]) -> Figure | None:
    """Effect of every product with its 90 % interval, under both hypotheses; controls last."""
    import plotly.graph_objects as go

    rows = result["ranking"]
    if not rows:
        return None
    bare = [("needle and liquid alone", result["controls"]["vehicle_versus_untreated"])]
    bare += [
        (control_words(c["carrier"]), c["versus_untreated"])
        for c in result["controls"]["carriers"]
    ]  # fmt: skip
    labels = [f"{r['rank']}{'=' if r['tied_with'] else ''}  {r['therapy']}" for r in rows]
    labels += [name for name, _ in bare]
    figure = go.Figure()
    band = result["readout"]["band"]
    figure.add_vrect(x0=-band, x1=band, fillcolor="rgba(128,128,128,0.14)", line_width=0)
    figure.add_vline(x=0, line={"color": "rgba(128,128,128,0.7)", "width": 1})
    _whiskers(figure, rows, LABELS["stoichiometric"], COPIES, -OFFSET)
    _whiskers(figure, [r["potency"] for r in rows], LABELS["potency"], VESICLES, OFFSET)
    _whiskers(figure, [e for _, e in bare], "without vesicles", NEEDLE, 0.0, start=len(rows))
    height = TOP + LINE * len(labels)
    style(figure, height)
    unit = unit_of(result["readout"]["unit"])
    figure.update_xaxes(title=f"{result['readout']['name']} against untreated, {unit}")
    _places(figure, labels)
    data = table_csv(
        ("product", "hypothesis", "rank", "effect", "q05", "q95", "probability_best"),
        [
            (row["therapy"], h, r["rank"], r["effect"], r["q05"], r["q95"], r["probability_best"])
            for row in rows for h, r in (("stoichiometric", row), ("potency", row["potency"]))
        ],
    )  # fmt: skip
    caption = (
        "Median and 90 % of the members. 1= is a tie: nothing is resolved to be better. Grey: the "
        "band inside which a difference counts as none."
    )
    return Figure("ranking", "Against untreated", caption, figure.to_json(), data, height)


def copies(result: Mapping[str, Any], half_effect: float) -> Figure | None:
    """Copies per cell of every product's most plentiful cargo, beside what half an effect takes."""
    import plotly.graph_objects as go

    found = []
    for row in result["ranking"]:
        own = sorted(row["copies_per_cell"].items(), key=lambda kv: -(kv[1]["median"] or 0.0))
        if own and own[0][1]["median"]:
            found.append((row["therapy"], *own[0]))
    if not found:
        return None
    figure = go.Figure()
    middle = [c["median"] for _, _, c in found]
    figure.add_trace(go.Scatter(
        x=middle, y=list(range(len(found))), mode="markers", marker={"color": COPIES, "size": 8},
        error_x={"type": "data", "array": [c["q95"] - c["median"] for _, _, c in found],
                 "arrayminus": [c["median"] - c["q05"] for _, _, c in found], "thickness": 1.4},
        text=[name for _, name, _ in found], showlegend=False,
        hovertemplate="%{text}: %{x:.3g} copies<extra></extra>",
    ))  # fmt: skip
    figure.add_vline(x=half_effect, line={"color": VESICLES, "dash": "dash"})
    height = TOP - 20 + LINE * len(found)
    style(figure, height)
    figure.update_xaxes(type="log", title="copies in the cytosol of a nucleus cell", dtick=2)
    figure.update_xaxes(exponentformat="power")
    _places(figure, [f"{name} of {therapy}" for therapy, name, _ in found])
    data = table_csv(("product", "cargo", "median", "q05", "q95"), [
        (therapy, name, c["median"], c["q05"], c["q95"]) for therapy, name, c in found
    ])  # fmt: skip
    caption = "Most plentiful cargo of each product at its peak; dashed: copies for half an effect."
    return Figure("copies", "Copies per cell", caption, figure.to_json(), data, height)


def over_species(result: Mapping[str, Any], name: str) -> Figure | None:
    """Effect of one product on a read-out in every species, beside its vehicle."""
    import plotly.graph_objects as go

    rows = [d for d in result["discs"] if d["effects"]]
    if not rows:
        return None
    effects = [d["effects"][name] for d in rows]
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": "rgba(128,128,128,0.7)", "width": 1})
    bare = [("vehicle", "needle and liquid alone", NEEDLE)]
    if result["control"] == "carrier":
        bare.append(("carrier", control_words(result["carrier"]), GEL))
    for place, (arm, label, colour) in enumerate(bare, start=1 - len(bare)):
        offset = 1.4 * OFFSET * (place - 1)
        _whiskers(figure, [e[arm] for e in effects], label, colour, offset)
    for hypothesis, colour, offset in (
        ("stoichiometric", COPIES, 0.0), ("potency", VESICLES, 1.4 * OFFSET),
    ):  # fmt: skip
        told = [e[hypothesis]["versus_untreated"] for e in effects]
        _whiskers(figure, told, LABELS[hypothesis], colour, offset)
    height = TOP + 2 * LINE * len(rows)
    style(figure, height)
    figure.update_xaxes(title=f"{name} against untreated, {unit_of(effects[0]['unit'])}")
    _places(figure, [f"{d['species']}: {d['insult']}" for d in rows])
    data = table_csv(("disc", "arm", "effect", "q05", "q95"), [
        (d["disc"], arm, e["effect"], e["q05"], e["q95"])
        for d, own in zip(rows, effects, strict=True)
        for arm, e in (*((arm, own[arm]) for arm, _, _ in bare),
                       ("stoichiometric", own["stoichiometric"]["versus_untreated"]),
                       ("potency", own["potency"]["versus_untreated"]))
    ])  # fmt: skip
    return Figure(
        f"species {name}", name, "Median and 90 % of the members.", figure.to_json(), data, height
    )


def _whiskers(
    figure: Any, rows: Sequence[Mapping[str, Any]], label: str, colour: str, offset: float,
    start: int = 0,
) -> None:  # fmt: skip
    import plotly.graph_objects as go

    middle = [r["effect"] for r in rows]
    figure.add_trace(go.Scatter(
        x=middle, y=[start + i + offset for i in range(len(rows))], name=label, mode="markers",
        marker={"color": colour, "size": 7},
        error_x={"type": "data", "array": [r["q95"] - r["effect"] for r in rows],
                 "arrayminus": [r["effect"] - r["q05"] for r in rows], "thickness": 1.6,
                 "width": 0, "color": colour},
        hovertemplate="%{x:.3g}<extra>" + label + "</extra>",
    ))  # fmt: skip


def _places(figure: Any, labels: Sequence[str]) -> None:
    """One line for each label, the first on top."""
    figure.update_yaxes(
        tickvals=list(range(len(labels))), ticktext=list(labels), automargin=True,
        range=[len(labels) - 0.4, -0.6], showgrid=False,
    )  # fmt: skip
