"""The laboratory in a browser; a door, so nothing imports it."""
