"""The store: what the band keeps in flash. Sessions as framed records, and settings."""
