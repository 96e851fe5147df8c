"""Buzzband: the host tool, and the band's own core on CPython."""


def __getattr__(name: str) -> str:
    """Return ``__version__``: to look it up takes half as long as to print the help."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("buzzband")
