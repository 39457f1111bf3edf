"""The verdict, in a word and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONFOUNDED, NO_SIGNAL = "confounded", "no signal"
NOT_BETTER, SIGNAL = "not better than what is known without molecules", "signal"
ALPHA = 0.05


def verdict(
    auc: Mapping[str, Any], permutation: Mapping[str, Any], baseline: Mapping[str, Any]
) -> str:
    """The verdict on a table that is not confounded."""
    p = permutation["p"]
    # so few relabelled tables that no p could be small say nothing against a signal
    enough = 1.0 / (1.0 + permutation["permutations"]) <= ALPHA
    if auc["low"] is None or auc["low"] <= 0.5 or (enough and p is not None and p > ALPHA):
        return NO_SIGNAL
    gain = baseline["gain"]
    if gain is not None and gain["low"] is not None and gain["low"] <= 0.0:
        return NOT_BETTER
    return SIGNAL


def sentences(result: Mapping[str, Any]) -> list[str]:
    """The result in words, the answer first."""
    told = _answer(result)
    if result["simulated"]:
        told.insert(0, "SIMULATED cohort: nobody was measured, and nothing here is a finding.")
    return told


def _answer(result: Mapping[str, Any]) -> list[str]:
    outcome = result["outcome"]["column"]
    if result["verdict"] == CONFOUNDED:
        return [
            f"No accuracy is given: {outcome} and '{result['with']}' cannot be told apart.",
            f"{result['why'][0].upper()}{result['why'][1:]}.",
            f"What would help: samples of every {outcome} within each {result['with']}.",
        ]
    auc = result["auc"]
    within = f", among samples of one {auc['within']}" if auc["within"] else ""
    found = (
        f"{auc['kind']} {auc['value']:.2f} (95 % {auc['low']:.2f} to {auc['high']:.2f}) on samples "
        f"no model had seen{within}."
    )
    start = {
        NO_SIGNAL: f"No sign that these profiles tell {outcome}.",
        NOT_BETTER: f"These profiles are not shown to tell {outcome} better than what is known "
        "without them.",
        SIGNAL: f"These profiles tell {outcome} better than chance.",
    }[result["verdict"]]
    return [start, found, *_beside(result)]


def _beside(result: Mapping[str, Any]) -> list[str]:
    base, told = result["baseline"], []
    if base["auc"] is not None and base["auc"]["value"] is not None:
        told.append(
            f"Without molecules ({', '.join(base['columns'])}): {base['auc']['value']:.2f}; "
            f"difference {_range(base['gain'])}."
        )
    grades = result["grades"]
    if grades:
        told.append(
            f"Off by {_range(grades['mean_absolute_error'])} grades; always saying the median "
            f"grade is off by {grades['naive']['mean_absolute_error']:.2f}. Weighted kappa "
            f"{_range(grades['kappa'])}."
        )
    p = result["permutation"]["p"]
    if p is not None:
        told.append(
            f"Relabelled tables do as well with a chance of {p:.2g} "
            f"({result['permutation']['permutations']} tried)."
        )
    return told


def _range(row: Mapping[str, float]) -> str:
    return f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
