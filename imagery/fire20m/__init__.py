"""Active fire at 20 to 30 m: Landsat OLI and Sentinel-2 MSI."""
