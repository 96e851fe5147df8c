"""Reach: one pulse when the target is first reached in a contraction. A rep that the muscle had no part in is told too."""

from buzzband_fw.core.modes.mode import Mode

__all__ = ["Mode"]
