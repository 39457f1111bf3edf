"""Grids, finite volumes and integrators; no biology."""
