"""Figures, pages and tables a reader looks at."""
