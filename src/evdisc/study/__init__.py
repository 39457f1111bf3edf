"""Studies: ensembles of paired runs, stored so that any of them resumes or extends."""
