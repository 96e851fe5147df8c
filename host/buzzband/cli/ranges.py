"""Ranges of numbers and days that options take."""

import math
from datetime import datetime
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


class Percent(FiniteRange):
    """A range of percentages, with the sign behind them or without."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        return super().convert(value.removesuffix("%").rstrip() if isinstance(value, str) else value, param, ctx)


class Day(click.DateTime):
    """A day, far enough from the ends of the calendar that weeks can be counted from it."""

    first_year, last_year = 1900, 2200

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the day's first moment."""
        day: datetime = super().convert(value, param, ctx)
        if not self.first_year <= day.year <= self.last_year:
            self.fail(f"The year of {value} is not in {self.first_year} to {self.last_year}.", param, ctx)
        return day
