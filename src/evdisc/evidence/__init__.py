"""What is known: sources, claims, parameters, names (standard library only)."""
