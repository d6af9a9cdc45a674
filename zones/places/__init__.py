"""Areas that answer: counties, townships and villages, their names and codes."""
