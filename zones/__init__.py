"""Places and rules: where a fire point lies and which rule it breaks."""
