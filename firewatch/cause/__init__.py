"""What burns: straw, or something hot that is not straw."""
