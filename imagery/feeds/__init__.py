"""What other services have of fire points and imagery, and how it is fetched."""
