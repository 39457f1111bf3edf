"""What others measured and asked for, beside a plan.

The review (Chen 2025, after Kimiz-Gebologlu 2022) sets less than 1 ug of vesicle protein in a mL of
flask medium against 10-500 ug a mouse and 0.5-1.4e11 vesicles a patient. None of these doses is
an intradiscal one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evdisc.manufacture.draws import Draws, Floats, rounded, triple
from evdisc.manufacture.platforms import Culture

UG, ML, PER_ML = 1e-9, 1e-6, 1e-6
NOTE = "doses of other diseases and routes, not intradiscal ones"
#: record of the concentration in conditioned medium -> platform
MEASURED = {
    "UC-MSC, cell factory": "cell factory", "BMSC, Quantum hollow fibre": "hollow fibre",
    "BMSC, FiberCell hollow fibre": "hollow fibre",
    "BMSC, microcarrier spinner": "stirred microcarrier",
}  # fmt: skip


def review_arithmetic(per_mass: Floats, kept: Floats, draws: Draws) -> dict[str, Any]:
    """Flask medium behind a mouse's and a patient's dose, before and after the losses of a plan.

    Args:
        per_mass: particles per kg of protein.
        kept: share of the harvested vesicles that reaches the patient.
        draws: the draws.
    """
    flask = draws.record("exosome_protein_yield")
    top = draws.library.parameters["exosome_protein_yield"][0].at(1.0 - 1e-12)
    mouse, patient = draws.record("published_protein_dose"), draws.record("published_particle_dose")
    protein = patient / per_mass
    return {
        "note": NOTE,
        "flask_ug_per_mL": triple(flask / UG * ML),
        "mouse_ug": triple(mouse / UG),
        "mouse_medium_mL": triple(mouse / flask / ML),
        "mouse_medium_at_most_1_ug_per_mL_mL": triple(mouse / top / ML),
        "patient_vesicles": triple(patient),
        "patient_ug": triple(protein / UG),
        "patient_medium_mL": triple(protein / flask / ML),
        "patient_medium_after_losses_mL": triple(protein / flask / kept / ML),
    }


def measured_beside(culture: Culture, draws: Draws) -> list[dict[str, Any]]:
    """Published concentrations of a platform beside that of the plan."""
    out = []
    planned = triple(culture.concentration * PER_ML)
    for row in draws.library.parameters.get("conditioned_medium_concentration", ()):
        subject = dict(row.context).get("subject", "")
        if MEASURED.get(subject) == culture.name:
            middle = row.median * PER_ML
            out.append({
                "what": subject, "published_per_mL": rounded(middle), "planned_per_mL": planned,
                "published_over_planned": rounded(
                    middle / float(np.median(culture.concentration * PER_ML))
                ),
                "source": row.source, "note": row.note,
            })  # fmt: skip
            draws.used.setdefault(row.identity, row)
    return out
