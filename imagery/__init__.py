"""Reads what sensors and people saw, as tables of fire points."""
