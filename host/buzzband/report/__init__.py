"""A session as one page that a lifter can read: figures and plain words, in a single HTML file without a network::

from buzzband.report import render, session_figure

Path("session.html").write_text(render(outcome), encoding="utf-8")
session_figure(outcome).savefig("session.png")
"""

from buzzband.report.figures import session_figure
from buzzband.report.page import render

__all__ = ["render", "session_figure"]
