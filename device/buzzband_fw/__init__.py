"""The band's firmware. On CPython the same package is the host's model of the band."""

__version__ = "0.1.0"
