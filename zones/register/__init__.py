"""The legal register of zones: read, kept, replaced, written."""
