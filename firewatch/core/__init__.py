"""The vocabulary every room shares. Imports none of the other rooms."""
