"""The protocol document of a plan, as blocks: the same in Markdown, DOCX and on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evdisc.report import plan_words as say
from evdisc.report.checklists import Filled, summary
from evdisc.report.document import Block, Bullets, Heading, Paragraph, Table

INSULT = {"disc": "injury", "dish": "stimulus"}


def plan_blocks(plan: Mapping[str, Any]) -> list[Block]:
    """A plan as a document."""
    return [
        Heading(plan["title"], 1),
        Paragraph(say.opening(plan), lead=True),
        Paragraph(
            "A plan from a simulation. Effects are predictions, and each number below is as good "
            "as the assumptions listed at the end."
        ),
        *_design(plan), *_sizes(plan), *_conduct(plan), *_mechanism(plan), *_ends(plan),
    ]  # fmt: skip


def _design(plan: Mapping[str, Any]) -> list[Block]:
    unit = plan["unit"]
    out: list[Block] = [
        Heading("Groups"),
        Table(("group", "gets", "tells apart", "why"), tuple(say.group_rows(plan))),
        Heading("Groups left out", 3),
        Table(("group", "reason"), tuple(say.group_rows(plan, included=False))),
        Heading("Experimental unit"),
        Paragraph(f"{unit['name']}: {unit['meaning']}. In each {unit['holder']}: "
                  f"{', '.join(unit['levels'])}."),
        Paragraph(f"Analysis: {unit['analysis']}."),
    ]  # fmt: skip
    return out


def _sizes(plan: Mapping[str, Any]) -> list[Block]:
    size = plan["sample_size"]
    out: list[Block] = [
        Heading("Sample size"),
        Paragraph(
            f"Power {size['power']:g}, two-sided level {size['level']:g}, {size['correction']}, "
            f"losses {size['attrition']:g}, {size['experiments']} simulated experiments for each "
            "power. Power takes the median predicted effect for true; assurance averages over "
            "what the members and the spread's data leave open."
        ),
        Table(say.size_header(plan), tuple(say.size_rows(plan))),
    ]
    curves = say.curve_rows(plan)
    if curves:
        out += [
            Heading("Where the spread is unknown", 3),
            Paragraph(
                "Units in each group against the coefficient of variation (CV) of what is "
                "compared. Measure it in a pilot before a number is chosen."
            ),
            Table(say.curve_header(plan), tuple(curves)),
        ]
    chances = say.chance_rows(plan)
    if chances:
        out += [
            Heading("Chance to find it", 3),
            Paragraph(
                "Assurance at fixed sizes: the share of experiments that find the effect in the "
                "predicted direction, or a benefit where none is predicted, over all that the "
                "members leave open."
            ),
            Table(say.chance_header(plan), tuple(chances)),
        ]
    out += [
        Heading("Smallest difference that would be found", 3),
        Paragraph(
            "With the power above, at the level of Holm's first step, after expected losses."
        ),
        Table(say.DETECT_HEADER, tuple(say.detect_rows(plan))),
    ]
    return out


def _conduct(plan: Mapping[str, Any]) -> list[Block]:
    drawn = plan["allocation"]
    counts = ", ".join(f"{group} {n}" for group, n in drawn["rows"].items())
    return [
        Heading("Time points"),
        Table(say.TIME_HEADER, tuple(say.time_rows(plan))),
        Paragraph(f"Measure before the {INSULT[plan['kind']]} and before the therapy as well."),
        Heading("Randomisation and blinding"),
        Paragraph(
            f"allocation.csv was drawn from seed {drawn['seed']} for {drawn['per_group']} in each "
            f"group: {drawn['why']}. Rows: {counts}. It shows codes; allocation-key.csv opens them "
            "and belongs to somebody who neither treats, keeps nor measures."
        ),
        Heading("Stopping, humane end points and other questions"),
        Bullets(tuple(plan["questions"]), boxes=True),
    ]


def _mechanism(plan: Mapping[str, Any]) -> list[Block]:
    rows = say.falsify_rows(plan)
    out: list[Block] = [Heading("What would falsify the mechanism")]
    if not rows:
        return [*out, Paragraph("The protocol names no cargo, so that no mechanism is claimed.")]
    out.append(Table(("link", "the record lacks", "add", "falsified if"), tuple(rows)))
    gaps = say.gap_lines(plan["gaps"])
    if gaps:
        out += [Heading("Gaps of the record", 3), Bullets(tuple(gaps))]
    return out


def _ends(plan: Mapping[str, Any]) -> list[Block]:
    out: list[Block] = [
        Heading("Checklists"), Table(say.CHECK_HEADER, tuple(say.check_rows(plan))),
    ]  # fmt: skip
    metric = next((c["ev_metric"] for c in plan["checklists"] if "ev_metric" in c), None)
    if metric:
        out.append(Paragraph(say.metric_words(metric)))
    out += [Heading("Assumed"),
            Table(("what", "value", "why"), tuple(say.assumed_rows(plan)))]  # fmt: skip
    if plan["warnings"]:
        out += [Heading("Warnings"), Bullets(tuple(plan["warnings"]))]
    out.append(Paragraph(
        f"evdisc {plan['evdisc']}, seed {plan['seed']}, {plan['members']} members, run "
        f"{plan['fingerprint'][:16]}."
    ))  # fmt: skip
    return out


def checklist_blocks(name: str, title: str, done: Sequence[Filled]) -> list[Block]:
    """A filled checklist as a document; open items stand as questions."""
    told = summary(name, done)
    out: list[Block] = [
        Heading(f"{name}: {title}", 1),
        Paragraph(
            f"{told['answered']} answered, {told['partly']} in part, {told['open']} open, "
            f"{told['not_applicable']} not applicable, of {told['items']} items. Questions are in "
            f"our words; {told['checked']} were held against the source."
        ),
    ]
    if "ev_metric" in told:
        out.append(Paragraph(say.metric_words(told["ev_metric"]), lead=True))
    for part, own in parts(done).items():
        beside = "level" if part == own[0].item.section else "section"
        rows = [
            (f.item.item, getattr(f.item, beside), f.item.question, answer_words(f),
             "yes" if f.item.checked else "no")
            for f in own
        ]  # fmt: skip
        out += [Heading(part.capitalize()),
                Table(("item", beside, "question", "answer", "checked"), tuple(rows))]  # fmt: skip
    sources = dict.fromkeys(f.item.source for f in done)
    notes = dict.fromkeys(f.item.note for f in done)
    return [*out, Heading("Sources"), Bullets(tuple(sources)), Bullets(tuple(notes))]


def parts(done: Sequence[Filled]) -> dict[str, list[Filled]]:
    """Items under headings: by section, or by level where sections hold an item or two each."""
    sections = {f.item.section for f in done}
    levels = {f.item.level for f in done}
    out: dict[str, list[Filled]] = {}
    for f in done:
        small = f.item.level if levels == {"essential", "recommended"} else "items"
        part = f.item.section if len(done) >= 3 * len(sections) else small
        out.setdefault(part, []).append(f)
    return out


def answer_words(f: Filled) -> str:
    """An answer with what it lacks; an open item is a question mark."""
    if f.status == "not applicable":
        return f.status
    if f.status == "open":
        return "?"
    return f"{f.answer}; still open: {f.missing}" if f.missing else f.answer
