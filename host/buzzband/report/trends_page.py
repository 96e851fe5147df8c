"""Weeks as a page: in words, in figures that carry their own caveat, in tables."""

from typing import Any

from markupsafe import Markup

from buzzband.report import trend_charts, trend_words
from buzzband.report.document import written
from buzzband.report.trend_charts import LOADS_SHOWN, loads_svg, weeks_svg
from buzzband.weeks import Trends
from buzzband.wording import percent

_TALL = 30  # rows: a longer table scrolls inside its box


def render_trends(told: Trends) -> str:
    """Return the trends as a whole HTML document, the same one for the same trends, to be stored as UTF-8."""
    return written("trends.html.j2", _told(told) | _shown(told))


def _told(told: Trends) -> dict[str, Any]:
    """Return words and tables."""
    return {
        "name": trend_words.name(told),
        "summary": trend_words.summary(told),
        "caveat": trend_words.CAVEAT,
        "own_change": percent(10 * trend_words.OWN_CHANGE_PERCENT),
        "plan": told.per_week,
        "weeks": list(trend_words.week_rows(told)),
        "sessions": list(trend_words.session_rows(told)),
        "tall": _TALL,
        "left_out": max(0, len(told.loads()) - LOADS_SHOWN),
    }


def _shown(told: Trends) -> dict[str, Any]:
    """Return the figures: SVG that we have built, in which every foreign text has been escaped."""
    if not told.trainings:
        return dict.fromkeys(("wide", "narrow", "loads_wide", "loads_narrow"), "")
    loads = told.loads()[:LOADS_SHOWN]
    alt, loads_alt = trend_words.weeks_alt(told), trend_words.loads_alt(loads)
    return {
        "wide": Markup(weeks_svg(told, trend_charts.WIDE, alt)),
        "narrow": Markup(weeks_svg(told, trend_charts.NARROW, alt)),
        "loads_wide": Markup(loads_svg(told, loads, trend_charts.WIDE, loads_alt)) if loads else "",
        "loads_narrow": Markup(loads_svg(told, loads, trend_charts.NARROW, loads_alt)) if loads else "",
    }
