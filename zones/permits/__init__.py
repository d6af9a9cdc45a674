"""Burn permits and the air they depend on."""
