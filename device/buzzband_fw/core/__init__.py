"""The core: integers in, the moment to buzz out. No I/O, no clock, no hardware; the same source on every interpreter."""
