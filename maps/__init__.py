"""Draws maps that need no network."""
