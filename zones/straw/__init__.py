"""The straw-stock ledger and the plan's rates."""
