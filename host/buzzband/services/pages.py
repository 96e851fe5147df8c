"""Writing pages, pictures and logs, whole or not at all."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from buzzband.atomic import replace_file
from buzzband.errors import OutputFailed
from buzzband.outcome import Outcome
from buzzband.weeks import Trends

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from buzzband.report.comparison import Compared

PLOT_FORMATS = (".png", ".svg", ".pdf")


def write_page(told: Outcome, path: Path) -> None:
    """Write the session's page. Folders on the way are made. Raises OutputFailed."""
    from buzzband.report import render

    _write(path, lambda: render(told).encode())


def write_trends(told: Trends, path: Path) -> None:
    """Write the page of some weeks. Folders on the way are made. Raises OutputFailed."""
    from buzzband.report import render_trends

    _write(path, lambda: render_trends(told).encode())


def write_log(data: bytes, path: Path) -> None:
    """Write a session's log as the band kept it. Folders on the way are made. Raises OutputFailed."""
    _write(path, lambda: data)


def write_file(data: bytes, path: Path) -> None:
    """Write any other file. Folders on the way are made. Raises OutputFailed."""
    _write(path, lambda: data)


def write_plot(told: Outcome, path: Path) -> None:
    """Write the picture of the activation in the format that the name asks for. Raises OutputFailed."""
    kind = plot_format(path)
    _write(path, lambda: _picture(told, kind))


def write_comparison(told: "Compared", path: Path) -> None:
    """Write the picture of cued sets against silent ones, in the format that the name asks for. Raises OutputFailed."""
    from buzzband.report.comparison import comparison_figure

    kind = plot_format(path)
    _write(path, lambda: _saved(comparison_figure(told), kind))


def plot_format(path: Path) -> str:
    """Return the format that the name of a picture asks for: png, svg or pdf. Raises OutputFailed for any other."""
    if path.suffix.lower() not in PLOT_FORMATS:
        formats = " or ".join(PLOT_FORMATS)
        raise OutputFailed(f"{path.name!r} does not name a kind of picture.", f"End the name in {formats}.")
    return path.suffix.lower()[1:]


def _picture(told: Outcome, kind: str) -> bytes:
    from buzzband.report import session_figure

    return _saved(session_figure(told), kind)


def _saved(figure: "Figure", kind: str) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=150)
    return buffer.getvalue()


def _write(path: Path, content: Callable[[], bytes]) -> None:
    data = content()
    try:
        target = path.resolve()  # a link stays, what it points to is replaced
        if target.exists() and not target.is_file():
            raise OutputFailed(f"{path} cannot be written: it is there, and not a file.")
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, data)
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputFailed(f"{path} cannot be written: a part of its path is a file, not a folder.") from error
    except OSError as error:
        raise OutputFailed(f"{path} cannot be written: {error.strerror or error}.") from error
