"""The disc cell: cargo to target to pathway network, fates and secretion."""
