"""Reach: one pulse when the target is first reached in a contraction; a word for a rep without the muscle."""

from buzzband_fw.core.modes.mode import Mode

__all__ = ["Mode"]
