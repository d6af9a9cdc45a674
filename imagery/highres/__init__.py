"""High-resolution imagery: Landsat OLI at 30 m and Sentinel-2 MSI at 20 m."""
