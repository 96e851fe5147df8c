import pytest

from buzzband import engines
from buzzband.errors import EngineMissing

GONE = EngineMissing("not installed")


@pytest.mark.parametrize(
    ("duration_s", "pico_is", "micropython_is", "best"),
    [
        (10, None, None, "pico"),
        (11, None, None, "micropython"),
        (600, None, None, "micropython"),
        (10, GONE, None, "micropython"),
        (10, GONE, GONE, "cpython"),
    ],
)
def test_auto_takes_what_is_nearest_to_the_band_and_done_in_time(
    duration_s: float,
    pico_is: EngineMissing | None,
    micropython_is: EngineMissing | None,
    best: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines.pico, "missing", lambda: pico_is)
    monkeypatch.setattr(engines.micropython, "missing", lambda: micropython_is)
    assert engines.best_engine(duration_s) == best
