"""Molecules a vesicle can carry: names, links between them, sequences, omics import."""
