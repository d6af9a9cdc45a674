"""Files of fire points: their formats as tables, reading, and every row that is none."""
