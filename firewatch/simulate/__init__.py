"""Invented data of known truth: every file and row says that it is simulated."""
