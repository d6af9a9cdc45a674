"""What ground was seen, of which areas, and how much of it is cropland."""
