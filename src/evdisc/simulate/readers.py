"""Who reads a parameter that no mechanism declares."""

#: room and file -> keys it reads
READERS: dict[str, tuple[str, ...]] = {
    "cargo.accessibility": (
        "accessibility_span", "accessibility_stretch", "accessibility_window",
    ),
    "cargo.targets": (
        "cooperative_spacing", "duplex_energy_threshold", "duplex_window",
    ),
    "cell.cargo_effect": (
        "endogenous_copies",
    ),
    "cell.dose": (
        "stimulus_steepness",
    ),
    "cell.expression": (
        "expression_delay", "nuclear_entry",
    ),
    "cell.network": (
        "claim_borrowed_share", "claim_probability", "edge_class_strength",
        "edge_half_activation", "edge_hill", "edge_strength", "node_healthy",
        "node_time_constant",
    ),
    "delivery.annulus_seal": (
        "carrier_seal",
    ),
    "delivery.carrier": (
        "carrier_back_flow", "carrier_burst", "carrier_half_release",
        "carrier_release_shape", "carrier_ros_gain",
    ),
    "delivery.carrier_material": (
        "carrier_degradation", "carrier_matrix", "carrier_volume_kept",
    ),
    "delivery.internalise": (
        "cargo_half_life",
    ),
    "delivery.systemic": (
        "blood_clearance_rate", "blood_phase", "blood_volume_per_mass", "body_mass",
        "muscle_half_life", "muscle_share", "organ_half_life", "organ_share",
    ),
    "delivery.transplant": (
        "transplant_half_life", "transplant_hunger",
    ),
    "delivery.transport": (
        "depot_contact_share", "vascular_escape",
    ),
    "delivery.uptake": (
        "uptake_of_recipient",
    ),
    "diagnose.generated": (
        "cohort_abundance_spread", "cohort_age", "cohort_age_per_grade",
        "cohort_batch_shift", "cohort_disc_fold", "cohort_disc_share",
        "cohort_dispersion", "cohort_library_size", "cohort_marker_response",
        "cohort_markers", "cohort_molecules", "cohort_patient_spread",
    ),
    "diagnose.sample_size": (
        "diagnosis_auc_reach", "diagnosis_optimism", "diagnosis_prevalence_margin",
        "diagnosis_shrinkage",
    ),
    "manufacture.expansion": (
        "bank_passage", "bank_vial_cells", "doubling_time", "doublings_per_passage",
        "expansion_medium", "passage_limit", "thaw_viability",
    ),
    "manufacture.isolation": (
        "isolation_concentration", "isolation_recovery", "isolation_recovery_variation",
        "isolation_time", "isolation_volume", "protein_removal",
        "vesicle_protein_in_pure",
    ),
    "manufacture.losses": (
        "batch_release_share", "clarification_kept", "fill_kept", "quality_control_share",
    ),
    "manufacture.platforms": (
        "batch_variation", "bioreactor_run", "cells_per_flask", "culture_cells",
        "culture_harvests", "culture_medium", "culture_units", "harvest_time",
        "yield_gain", "yield_gain_variation", "yield_per_run", "yield_run_volume",
    ),
    "manufacture.published": (
        "conditioned_medium_concentration", "exosome_protein_yield",
        "published_particle_dose", "published_protein_dose",
    ),
    "manufacture.schedule": (
        "stage_time", "working_day",
    ),
    "outcome.effects": (
        "equivalence_band",
    ),
    "outcome.readouts": (
        "pfirrmann_five_height", "pfirrmann_t2_border", "t2_fibrous_share", "t2_healthy",
        "t2_slope_with_water",
    ),
    "simulate.disc": (
        "cell_density", "injection_gauge", "needle_diameter",
    ),
    "simulate.dish": (
        "knock_down_left",
    ),
    "simulate.limits": (
        "cell_diameter", "depot_room", "muscle_room",
    ),
    "simulate.site": (
        "disc_height", "disc_radius", "endplate_radius", "endplate_radius_share",
        "endplate_thickness", "nucleus_radius", "nucleus_radius_share",
    ),
    "study.batches": (
        "assay_error", "batch_purity", "batch_uptake",
    ),
    "study.purity": (
        "largest_particles_per_mass", "particles_per_mass",
    ),
    "tissue.swelling": (
        "carrier_charge", "carrier_modulus",
    ),
    "vesicle.build": (
        "batch_cargo", "donor_cargo",
    ),
    "vesicle.engineering": (
        "bound_share_cationic", "engineering_enrichment", "engineering_integrity",
        "engineering_recovery", "free_cargo_left", "loaded_copies", "loading_share",
        "sorting_shift", "targeting_gain", "uptake_left_with_cavin_2",
    ),
    "vesicle.native": (
        "native_copies_gain", "native_copies_per_vesicle", "organelles_per_vesicle",
    ),
    "vesicle.secretion": (
        "lost_to_amphisome", "lost_to_lysosome", "secretion_gain",
    ),
    "vesicle.storage": (
        "storage_decay", "storage_loss", "thawing_lost",
    ),
}  # fmt: skip

#: parameter -> room and file
OTHER_READERS = {key: reader for reader, keys in READERS.items() for key in keys}
