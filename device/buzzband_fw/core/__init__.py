"""The core: integers in, the moment to buzz out. No I/O, no clock, no hardware; one source for every interpreter."""
