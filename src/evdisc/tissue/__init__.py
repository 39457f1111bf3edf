"""Nutrients, death, matrix, swelling, height and annulus of the disc."""
