"""Assembles mechanisms on one state and runs a disc or a dish."""
