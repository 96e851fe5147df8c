"""Ways to a band: the serial port, the framed link on it, and MicroPython's prompt."""
