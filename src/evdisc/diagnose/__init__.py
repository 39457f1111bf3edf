"""Biomarker models: from a table of vesicle profiles to a grade, or to a refusal."""
