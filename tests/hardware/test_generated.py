"""What `make hardware` writes is what is committed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import drawings
import harness
from netlist import HARDWARE, VARIANTS, load

GENERATED = {**harness.texts(), **{f"images/{name}": text for name, text in drawings.pictures().items()}}


@pytest.mark.parametrize("name", GENERATED)
def test_harness_and_drawings_are_what_the_scripts_write(name: str) -> None:
    assert (HARDWARE / name).read_text(encoding="utf-8") == GENERATED[name]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_schematic_is_what_the_script_draws(variant: str) -> None:
    pytest.importorskip("schemdraw", reason="schemdraw is in the extra `hardware`")
    import schematic

    drawn = schematic.draw(load(variant))
    assert (HARDWARE / "images" / f"schematic-{variant}.svg").read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("variant", VARIANTS)
def test_wireviz_draws_the_harness(variant: str, tmp_path: Path) -> None:
    wireviz = Path(sys.executable).parent / "wireviz"
    if not wireviz.exists() or not shutil.which("dot"):
        pytest.skip("WireViz is in the extra `hardware`, and needs graphviz's dot")
    source = HARDWARE / f"harness-{variant}.yml"
    subprocess.run([str(wireviz), "--format", "s", "--output-dir", str(tmp_path), str(source)], check=True)
    for cable in load(variant).cables:
        assert f">{cable}<" in (tmp_path / f"harness-{variant}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_committed_picture_of_the_harness_shows_every_cable_and_plug(variant: str) -> None:
    picture = (HARDWARE / "images" / f"harness-{variant}.svg").read_text(encoding="utf-8")
    netlist = load(variant)
    labels, _ = harness.read(harness.harness(netlist))
    for name in [*netlist.cables, *{ref for ref, _ in labels}, *labels.values()]:
        assert f">{name}<" in picture
