"""Burn scars between two high-resolution scenes, and what scenes show of one fire."""
