"""Level-1 imagery: calibrated swaths of VIIRS and MODIS, and calibrated GeoTIFF stacks."""
