"""Finding fires in a scene: one contextual engine, the sensors' tests, thresholds as data."""
