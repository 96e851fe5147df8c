"""Services: what a command does. They take and return plain data, and neither print nor know of click."""
