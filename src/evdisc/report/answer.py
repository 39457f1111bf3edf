"""The answer of a result in one plain sentence; the intervals stand elsewhere.

Of a therapy two things are told apart: what it adds to the same injection without it, and what that
injection does by itself. Where the delivery hypotheses disagree, each has its say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evdisc.report.words import HYPOTHESIS, headline, number, time_words, unit_of

#: arms that get all but the vesicles, the one that lacks least first, and what is given in them
BARE = {"carrier": "the carrier and its injection", "vehicle": "the injection itself"}
NOTHING = "nothing that matters"


def answer(result: Mapping[str, Any]) -> str:
    """What the treated arm did to the first read-out; empty where nothing is compared."""
    name = headline(result)
    if name is None or result["readouts"][name]["effect"] is None:
        return ""
    about = result["readouts"][name]
    arms = result["arms"]
    against = next((a for a in BARE if a in arms), arms[1])
    said = _beyond(name, about, against, _subject(result, against))
    if against in BARE and "untreated" in arms:
        said.append(_alone(about, against, result["kind"], either=len(said) > 1))
    return f"After {time_words(about['effect']['time_d'])}{'; '.join(said)}."


def _subject(result: Mapping[str, Any], against: str) -> str:
    """All that the treated arm has and the arm it is held against lacks."""
    treated = result["delivery"].get("treated", {})
    if (treated.get("vesicles_per_cell") or {}).get("median"):
        given = ["the cells and their vesicles" if treated.get("cells_given") else "the vesicles"]
        if result.get("carrier", "none") != "none" and against != "carrier":
            given.append("their carrier")
        if against not in BARE and result["kind"] == "disc":
            given.append("their injection")
        return given[0] if len(given) == 1 else f"{', '.join(given[:-1])} and {given[-1]}"
    return "the given copies" if treated.get("copies_per_cell") else "the stimuli"


def _beyond(name: str, about: Mapping[str, Any], against: str, subject: str) -> list[str]:
    """What the arm adds to ``against``: once, or by hypothesis where they differ."""
    both = {h: _effect(about, "treated", against, h) for h in HYPOTHESIS}
    # genes take no article
    what = name if about["unit"] == "fold of healthy" else f"the {name}"
    told = {h: _does(e, about, subject, what) for h, e in both.items() if e is not None}
    where = "" if against in BARE or against == "untreated" else f" (against {against})"
    if len(set(told.values())) == 1:
        return [f" {next(iter(told.values()))}{where}"]
    first, *others = (f"{HYPOTHESIS[h]}, {words}{where}" for h, words in told.items())
    return [f", {first}", *others]


def _does(effect: Mapping[str, Any], about: Mapping[str, Any], subject: str, what: str) -> str:
    direction = effect["direction"]
    if direction == "none":
        return f"{subject} add {NOTHING} to {what}"
    if direction == "unresolved":
        return f"what {subject} do to {what} is not resolved by what is known"
    return f"{subject} {'raise' if direction == 'up' else 'lower'} {what} by {_size(effect, about)}"


def _alone(about: Mapping[str, Any], bare: str, kind: str, *, either: bool) -> str:
    """What the arm without vesicles did against the untreated one."""
    effect = _effect(about, "untreated", bare, "stoichiometric")
    given = BARE[bare] if kind == "disc" else "the liquid itself"
    said = "either way " + given if either else given
    if effect is None or effect["direction"] == "none":
        return f"{said} costs {NOTHING}"
    if effect["direction"] == "unresolved":
        return f"what {given} costs is not resolved"
    better = about["better"] * (1 if effect["direction"] == "up" else -1)
    verb = {1: "costs", 0: "moves it by", -1: "gains"}[better]
    return f"{said} {verb} {_size(effect, about)}"


def _effect(
    about: Mapping[str, Any], arm: str, versus: str, hypothesis: str
) -> Mapping[str, Any] | None:
    """The effect of one pair of arms, claims discounted, whichever of them comes first."""
    for e in (about["effect"], *about["effects"]):
        if e["hypothesis"] == hypothesis and e["claims"] == "discounted":
            if (e["arm"], e["versus"]) == (arm, versus):
                return e
            if (e["arm"], e["versus"]) == (versus, arm):
                turned = {"up": "down", "down": "up"}.get(e["direction"], e["direction"])
                return {**e, "direction": turned, "median": -e["median"]}
    return None


def _size(effect: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    return f"{number(abs(effect['median']), 2)} {unit_of(about['unit'])}".rstrip()
