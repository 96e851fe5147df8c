"""Recordings: files in and out, real examples, and synthetic ones with a known truth."""
