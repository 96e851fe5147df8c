"""Buzzband: the host tool, and the band's own core on CPython."""

from importlib.metadata import version

__version__ = version("buzzband")
