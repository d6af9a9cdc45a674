"""The vector formats that offices send, a file each, and the table of them in `table.py`."""
