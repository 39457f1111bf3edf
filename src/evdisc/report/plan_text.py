"""A plan and a checklist in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report import plan_words as say
from evdisc.report.checklists import Filled, summary
from evdisc.report.plan_document import answer_words
from evdisc.report.terminal import text_table


def plan_table(plan: Mapping[str, Any]) -> str:
    """The plan: groups, sizes, what would be found, what would falsify, and what is open."""
    lines = [say.opening(plan), "", "groups"]
    lines.append(text_table(["group", "tells apart"], [[r[0], r[2]] for r in say.group_rows(plan)]))
    left = "; ".join(f"{n} ({why})" for n, why in say.group_rows(plan, included=False))
    lines += [f"left out: {left}", "", "sample size"]
    lines.append(text_table(list(say.size_header(plan)), [list(r) for r in say.size_rows(plan)]))
    curves = say.curve_rows(plan)
    if curves:
        lines += ["", "n in each group against the coefficient of variation (CV)"]
        lines.append(text_table(list(say.curve_header(plan)), [list(r) for r in curves]))
    chances = say.chance_rows(plan)
    if chances:
        lines += ["", "assurance: chance to find it, over all that the members leave open"]
        lines.append(text_table(list(say.chance_header(plan)), [list(r) for r in chances]))
    lines += ["", "smallest difference that would be found"]
    lines.append(text_table(list(say.DETECT_HEADER), [list(r) for r in say.detect_rows(plan)]))
    falsify = [f"{link}: {lacks}; add: {arm}" for link, lacks, arm, _ in say.falsify_rows(plan)]
    if falsify:
        lines += ["", "would falsify", *falsify]
    lines += ["", *(f"{c[0]}: {c[1]} answered, {c[2]} in part, {c[3]} open"
                    for c in say.check_rows(plan))]  # fmt: skip
    lines += [f"note: {w}" for w in plan["warnings"]]
    return "\n".join(lines)


def checklist_table(name: str, done: Sequence[Filled]) -> str:
    """A filled checklist; an open item ends in a question mark alone."""
    told = summary(name, done)
    rows = [[f.item.item, f.item.question, answer_words(f), "yes" if f.item.checked else "no"]
            for f in done]  # fmt: skip
    lines = [text_table(["item", "question", "answer", "checked"], rows)]
    lines.append(
        f"{name}: {told['answered']} answered, {told['partly']} in part, {told['open']} open, "
        f"{told['not_applicable']} not applicable; wording of {told['checked']} of "
        f"{told['items']} held against the source"
    )
    if "ev_metric" in told:
        lines.append(say.metric_words(told["ev_metric"]))
    return "\n".join(lines)
