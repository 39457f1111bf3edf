"""Pages of the manual that are written from the code and the evidence while it is built."""
