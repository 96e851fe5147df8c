"""Ranges of numbers that options take."""

import math
from typing import Any

import click


class FiniteRange(click.FloatRange):
    """A range that NaN is not in either, which compares false with any end."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number
