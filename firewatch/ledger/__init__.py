"""The ledger: every file, point and decision, appended and never overwritten."""
