"""Points, polygons and pixels: what lies in what, and how much of it."""
