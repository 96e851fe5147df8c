"""Writing pages and pictures, whole or not at all."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from buzzband.errors import OutputFailed
from buzzband.outcome import Outcome

PLOT_FORMATS = (".png", ".svg", ".pdf")


def write_page(told: Outcome, path: Path) -> None:
    """Write the session's page. Folders on the way are made. Raises OutputFailed."""
    from buzzband.report import render

    _write(path, lambda: render(told).encode())


def write_plot(told: Outcome, path: Path) -> None:
    """Write the picture of the activation in the format that the name asks for. Raises OutputFailed."""
    if path.suffix.lower() not in PLOT_FORMATS:
        raise OutputFailed(f"{path.name} does not say which format.", f"End the name in {', '.join(PLOT_FORMATS)}.")
    _write(path, lambda: _picture(told, path.suffix.lower()[1:]))


def _picture(told: Outcome, kind: str) -> bytes:
    from buzzband.report import session_figure

    buffer = io.BytesIO()
    session_figure(told).savefig(buffer, format=kind, dpi=150)
    return buffer.getvalue()


def _write(path: Path, content: Callable[[], bytes]) -> None:
    data = content()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise OutputFailed(f"{path} cannot be written: {error.strerror or error}.") from error
