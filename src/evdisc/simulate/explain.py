"""Where a number comes from and who reads it."""

from __future__ import annotations

from typing import Any

from evdisc.errors import EvidenceError, nearest
from evdisc.evidence.library import Library, context_text
from evdisc.mechanism.contract import Mechanism
from evdisc.mechanism.variables import VARIABLES
from evdisc.simulate.mechanisms import DISC, DISH

#: parameters read outside mechanisms, and by whom
OTHER_READERS = {
    "disc_height": "simulate.site", "disc_radius": "simulate.site",
    "nucleus_radius": "simulate.site", "nucleus_radius_share": "simulate.site",
    "endplate_radius": "simulate.site", "endplate_radius_share": "simulate.site",
    "endplate_thickness": "simulate.site", "cell_density": "simulate.disc",
    "needle_diameter": "simulate.disc", "injection_gauge": "simulate.disc",
    "endogenous_copies": "cell.cargo_effect", "cargo_half_life": "delivery.internalise",
    "particles_per_mass": "study.purity", "largest_particles_per_mass": "study.purity",
    "batch_cargo": "vesicle.build", "storage_loss": "vesicle.build",
    "thawing_lost": "vesicle.build", "secretion_gain": "vesicle.secretion",
    "lost_to_lysosome": "vesicle.secretion", "lost_to_amphisome": "vesicle.secretion",
    "engineering_enrichment": "vesicle.engineering", "sorting_shift": "vesicle.engineering",
    "loaded_copies": "vesicle.engineering", "loading_share": "vesicle.engineering",
    "free_cargo_left": "vesicle.engineering", "engineering_recovery": "vesicle.engineering",
    "engineering_integrity": "vesicle.engineering", "targeting_gain": "vesicle.engineering",
    "uptake_left_with_cavin_2": "vesicle.engineering",
    "bound_share_cationic": "vesicle.engineering", "carrier_half_release": "delivery.carrier",
    "carrier_release_shape": "delivery.carrier", "carrier_burst": "delivery.carrier",
    "carrier_degradation": "delivery.carrier_material",
    "carrier_volume_kept": "delivery.carrier_material", "carrier_charge": "tissue.swelling",
    "carrier_modulus": "tissue.swelling", "carrier_matrix": "delivery.carrier_material",
    "carrier_back_flow": "delivery.carrier", "carrier_ros_gain": "delivery.carrier",
    "depot_contact_share": "delivery.transport", "vascular_escape": "delivery.transport",
    "body_mass": "delivery.systemic", "blood_phase": "delivery.systemic",
    "blood_clearance_rate": "delivery.systemic", "blood_volume_per_mass": "delivery.systemic",
    "organ_share": "delivery.systemic", "organ_half_life": "delivery.systemic",
    "muscle_half_life": "delivery.systemic", "muscle_share": "delivery.systemic",
    "uptake_of_recipient": "delivery.uptake", "transplant_half_life": "delivery.transplant",
    "transplant_hunger": "delivery.transplant",
    "expression_delay": "cell.expression", "nuclear_entry": "cell.expression",
    "native_copies_per_vesicle": "vesicle.build", "node_healthy": "cell.network",
    "node_time_constant": "cell.network", "edge_strength": "cell.network",
    "edge_class_strength": "cell.network",
    "edge_half_activation": "cell.network", "edge_hill": "cell.network",
    "claim_probability": "cell.network", "claim_borrowed_share": "cell.network",
    "stimulus_steepness": "cell.dose",
    "t2_healthy": "outcome.readouts", "t2_slope_with_water": "outcome.readouts",
    "pfirrmann_t2_border": "outcome.readouts", "pfirrmann_five_height": "outcome.readouts",
    "equivalence_band": "outcome.effects", "knock_down_left": "simulate.dish",
    "diagnosis_shrinkage": "diagnose.sample_size", "diagnosis_optimism": "diagnose.sample_size",
    "diagnosis_prevalence_margin": "diagnose.sample_size",
    "diagnosis_auc_reach": "diagnose.sample_size", "cohort_molecules": "diagnose.generated",
    "cohort_markers": "diagnose.generated", "cohort_marker_response": "diagnose.generated",
    "cohort_disc_share": "diagnose.generated", "cohort_disc_fold": "diagnose.generated",
    "cohort_patient_spread": "diagnose.generated", "cohort_dispersion": "diagnose.generated",
    "cohort_library_size": "diagnose.generated", "cohort_abundance_spread": "diagnose.generated",
    "cohort_batch_shift": "diagnose.generated", "cohort_age": "diagnose.generated",
    "cohort_age_per_grade": "diagnose.generated",
}  # fmt: skip


def mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism of disc and dish, once."""
    return tuple({m.name: m for m in (*DISC, *DISH)}.values())


def readers(key: str) -> list[str]:
    """Mechanisms and rooms that read a parameter."""
    own = [m.name for m in mechanisms() if any(p.key == key for p in m.parameters)]
    return own + ([OTHER_READERS[key]] if key in OTHER_READERS else [])


def explain(key: str, library: Library) -> dict[str, Any]:
    """Rows, readers and sources of a parameter, or owners and readers of a state variable.

    Raises:
        EvidenceError: neither; offers the nearest name.
    """
    if key in library.parameters:
        return _parameter(key, library)
    if key in VARIABLES:
        return _variable(key)
    named = [*library.parameters, *VARIABLES]
    raise EvidenceError(
        "no such parameter or state variable", value=key, nearest=nearest(key, named)
    )


def _parameter(key: str, library: Library) -> dict[str, Any]:
    meanings = {p.key: p.meaning for m in mechanisms() for p in m.parameters}
    rows = [
        {
            "context": context_text(r), "value": r.value, "low": r.low, "high": r.high,
            "unit": r.unit, "distribution": r.distribution, "tier": r.tier, "via": r.via,
            "source": _source(r.source, library), "use": r.use, "note": r.note,
        }
        for r in library.parameters[key]
    ]  # fmt: skip
    return {
        "key": key,
        "kind": "parameter",
        "meaning": meanings.get(key, ""),
        "read_by": readers(key),
        "rows": rows,
    }


def _source(study: str, library: Library) -> str:
    row = library.sources.get(study)
    if row is None:
        return study
    return ", ".join(v for v in (row["authors"], row["year"], row["journal"], row["doi"]) if v)


def _variable(key: str) -> dict[str, Any]:
    v = VARIABLES[key]
    return {
        "key": key, "kind": "state variable", "meaning": v.meaning, "unit": v.unit,
        "held": v.held,
        "owned_by": [m.name for m in mechanisms() if key in m.owns],
        "added_to_by": [m.name for m in mechanisms() if key in m.adds_to],
        "read_by": [m.name for m in mechanisms() if key in m.reads],
    }  # fmt: skip
