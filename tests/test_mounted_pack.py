import runpy
import stat
from pathlib import Path

import pytest

import buzzband_fw
from buzzband.packs import new_pack


@pytest.fixture
def mounted(tmp_path):
    """What the band mounts of a pack whose places hold the bytes of a slash behind a zero."""
    path = tmp_path / "a.app"
    path.write_bytes(new_pack({"buzzband_fw/app.mpy": b"M" * 0x2F00, "buzzband_fw/core/comb.mpy": b"comb"}))
    assert b"\0/" in path.read_bytes()
    return runpy.run_path(str(Path(buzzband_fw.__path__[0], "rootfs", "pack.py")))["Pack"](str(path))


@pytest.mark.parametrize("path", ["/buzzband_fw", "/buzzband_fw/core"])
def test_a_mounted_pack_has_the_folders_of_its_modules(mounted, path):
    assert stat.S_ISDIR(mounted.stat(path)[0])


def test_a_mounted_pack_has_its_modules(mounted):
    assert stat.S_ISREG(mounted.stat("/buzzband_fw/core/comb.mpy")[0])
    with mounted.open("/buzzband_fw/core/comb.mpy", "rb") as file:
        assert file.read(mounted.stat("/buzzband_fw/core/comb.mpy")[6]) == b"comb"


@pytest.mark.parametrize("path", ["/machine", "/machine.mpy", "/buzzband_fw/app", "/buzzband_fw/comb.mpy", "/"])
def test_a_mounted_pack_has_nothing_else(mounted, path):
    with pytest.raises(OSError, match="2"):
        mounted.stat(path)
