"""How long work tells whoever waits for it how far it is."""

from collections.abc import Callable

Progress = Callable[[float], None]
"""Is called with the share of the work that is done, 0 to 1."""


def no_progress(_share: float) -> None:
    """Tell nobody."""
