"""Counting and comparing: what one fire point is, how many there were, and whether they fell."""
