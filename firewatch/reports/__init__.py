"""Reports for people: the year-on-year comparison as Excel, Word and CSV, and points for GIS."""
