"""A session, or some weeks, as one page that a lifter can read: words and figures in one HTML file without a network::

from buzzband.report import render, session_figure

Path("session.html").write_text(render(outcome), encoding="utf-8")
session_figure(outcome).savefig("session.png")
"""

from buzzband.report.figures import session_figure
from buzzband.report.page import render
from buzzband.report.trends_page import render_trends

__all__ = ["render", "render_trends", "session_figure"]
