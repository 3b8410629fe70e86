"""Files read, edited, and written all or none."""
