"""Tells the people in charge which fire calls for them."""
