import ast
import json
from pathlib import Path

import pytest
from littlefs import LittleFS

import buzzband_fw
from buzzband import bundle
from buzzband.errors import EngineFailed
from buzzband.packs import PACK_MAX, read_pack

ALWAYS_LOADED = ("buzzband_fw/band.py", "buzzband_fw/core/reps.py", *bundle.NEEDED_LATE)


def test_every_module_of_the_firmware_is_bundled_as_text() -> None:
    sources = bundle.firmware_sources()
    assert "buzzband_fw/core/comb.py" in sources
    assert "buzzband_fw/__init__.py" in sources
    assert all(path.endswith(".py") for path in sources)


def test_stripping_takes_the_decorators_and_nothing_else() -> None:
    for path, text in bundle.firmware_sources().items():
        stripped = bundle.strip_native(text)
        native = ("@micropython.viper", "@micropython.native")
        left = [line for line in text.splitlines() if not line.strip().startswith(native)]
        assert stripped.splitlines() == left, path
        ast.parse(stripped)


def test_stripping_keeps_a_decorator_that_is_named_in_prose() -> None:
    text = '"""The compiler finds ``@micropython.viper``."""\n'
    assert bundle.strip_native(text) == text


def test_every_module_compiles_to_mpy_for_the_rp2040() -> None:
    files = bundle.native_files()
    assert set(files) == {path.removesuffix(".py") + ".mpy" for path in bundle.firmware_sources()}
    assert all(data[:1] == b"M" for data in files.values())


def test_a_constant_that_no_other_module_names_is_hidden() -> None:
    sources = {
        "one.py": "OWN = const(1)\nSHARED = const(2)\nTEXT = 'OWN'\n\ndef f(x):\n    return OWN + x.OWN + OWNER\n",
        "two.py": "from one import SHARED\n",
    }
    found = bundle.hide_constants(sources)
    assert found["two.py"] == sources["two.py"]
    assert found["one.py"].splitlines()[:2] == ["_HIDDEN_OWN = const(1)", "SHARED = const(2)"]
    assert found["one.py"].splitlines()[-1] == "    return _HIDDEN_OWN + x.OWN + OWNER"


def test_hiding_constants_changes_no_line_of_the_firmware_but_names() -> None:
    sources = bundle.firmware_sources()
    for path, text in bundle.hide_constants(sources).items():
        assert text.replace("_HIDDEN_", "") == sources[path]


def test_source_that_does_not_compile_is_named_with_the_compilers_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "firmware_sources", lambda: {"buzzband_fw/broken.py": "def f(:\n"})
    with pytest.raises(EngineFailed, match=r'File "buzzband_fw\.broken", line 1\nSyntaxError'):
        bundle.native_files()


def test_a_band_holds_what_starts_the_app_the_app_in_slot_a_and_its_settings() -> None:
    band = bundle.band_files({"rest": 265})
    app = read_pack(band["a.app"])
    assert set(band) == {"boot.py", "main.py", "pins.mpy", "pack.mpy", "starter.mpy", "a.app", "settings.json"}
    assert {f"buzzband_fw/{name}.mpy": data for name, data in app.items()} == bundle.app_files()
    assert band["boot.py"] == Path(buzzband_fw.__path__[0], "rootfs", "boot.py").read_bytes()
    assert {band[f"{name}.mpy"][:1] for name in ("pins", "pack", "starter")} == {b"M"}
    assert json.loads(band["settings.json"]) == {"rest": 265}


def test_two_apps_take_350_kb_of_flash_and_leave_a_megabyte() -> None:
    band = bundle.band_files()
    assert len(band["a.app"]) <= PACK_MAX
    full = {path: data for path, data in band.items() if path != "a.app"}
    used = [used_bytes({**full, **slots}) for slots in ({}, {"a.app": bytes(PACK_MAX), "b.app": bytes(PACK_MAX)})]
    assert used[1] - used[0] <= 350_000
    assert bundle.FLASH_BLOCK_SIZE * bundle.FLASH_BLOCK_COUNT - used[1] >= 1 << 20


def used_bytes(files: dict[str, bytes]) -> int:
    image = LittleFS(block_size=4096, block_count=bundle.FLASH_BLOCK_COUNT, mount=False)
    image.context.buffer[:] = bundle.pack_image(files)
    image.mount()
    return int(image.used_block_count) * bundle.FLASH_BLOCK_SIZE


def test_a_band_without_settings_has_no_file_of_them_and_the_root_files_are_no_modules() -> None:
    band = bundle.band_files()
    assert "settings.json" not in band
    assert not [path for path in band if "rootfs" in path]


def test_a_module_that_does_not_compile_leaves_no_band(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {**bundle.firmware_sources(), "buzzband_fw/app.py": "def f(:\n"}
    monkeypatch.setattr(bundle, "firmware_sources", lambda: broken)
    with pytest.raises(EngineFailed, match=r"buzzband_fw/app\.py does not parse"):
        bundle.band_files()


def test_an_image_gives_back_the_files_that_went_in() -> None:
    contents = {"main.py": b"print(1)", "a/b/c.mpy": bytes(range(256)) * 40, "empty": b""}
    image = bundle.pack_image(contents)
    assert len(image) == bundle.FLASH_BLOCK_COUNT * bundle.FLASH_BLOCK_SIZE
    assert bundle.unpack_image(image) == contents


def test_more_than_the_file_system_holds_is_refused() -> None:
    with pytest.raises(EngineFailed, match="do not fit"):
        bundle.pack_image({"big": bytes(1_450_000)})
