"""``buzzband image`` as it is typed."""

import json
from pathlib import Path

import pytest

from buzzband.services.image import Image
from cli.builders import run

DONE = Image("band.uf2", 1024, "ab", 512, "1.24.1", "cd", "0.1.0", 96, "")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    calls: list[tuple[object, ...]] = []

    def write(*arguments: object) -> Image:
        calls.append(arguments)
        return DONE

    monkeypatch.setattr("buzzband.services.image.write_image", write)
    monkeypatch.setattr("buzzband.firmware.fetched_uf2", lambda _progress: Path("pinned"))
    monkeypatch.setattr("buzzband.firmware.read_firmware", lambda path: path)
    return calls


def test_the_pinned_micropython_is_taken_unless_another_is_named(asked: list[tuple[object, ...]]) -> None:
    assert run("image", "band.uf2").exit_code == 0
    run("image", "band.uf2", "--uf2", "mine.uf2")
    assert asked == [(Path("band.uf2"), Path("pinned"), None), (Path("band.uf2"), Path("mine.uf2"), None)]


def test_settings_go_into_it(asked: list[tuple[object, ...]], tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"mains_hz": 60}')
    assert run("image", "band.uf2", "--settings", tmp_path / "settings.json").exit_code == 0
    assert asked[0][2] == {"mains_hz": 60}


@pytest.mark.parametrize(
    "text", ["no json", "[]", "[" * 100_000, '{"colour": 1}', '{"mains_hz": 55}'], ids=lambda text: text[:20]
)
def test_settings_that_cannot_be_are_exit_2(asked: list[tuple[object, ...]], tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    assert run("image", "band.uf2", "--settings", tmp_path / "settings.json").exit_code == 2
    assert asked == []


@pytest.mark.usefixtures("asked")
def test_json_is_one_document() -> None:
    told = json.loads(run("image", "band.uf2", "--json").stdout)
    assert (told["schema"], told["path"], told["sha256"]) == ("buzzband/image/1", "band.uf2", "ab")


def test_a_uf2_that_is_none_is_exit_14(tmp_path: Path) -> None:
    (tmp_path / "mine.uf2").write_bytes(b"half a file")
    result = run("image", tmp_path / "band.uf2", "--uf2", tmp_path / "mine.uf2")
    assert result.exit_code == 14
    assert not (tmp_path / "band.uf2").exists()
