"""The contract of a piece of physics, and the one table of state variables."""
