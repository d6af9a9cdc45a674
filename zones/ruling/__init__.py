"""Which rule a fire point breaks, why, and how sure that is."""
