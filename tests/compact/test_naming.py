import ast
import builtins
import importlib.util
import keyword
import re
from pathlib import Path

import pytest

from buzzband import bundle
from buzzband.compact.naming import Names, choose, look_ups, rom_names
from buzzband.compact.reading import all_names
from buzzband.errors import FirmwareMissing
from buzzband.firmware import micropython_uf2

WORD = re.compile(r"\w+")
TOOLS = Path(__file__).parents[2] / "device/tools"


def tool(name):
    """A module of device/tools."""
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def names_for(text, outside=""):
    """The names that are chosen for a single module."""
    return choose({"app.py": ast.parse(text)}, outside, "app.py")


def test_a_class_a_method_an_argument_and_an_attribute_get_names_that_cost_nothing():
    text = "class Widget:\n    def turn_on(self, much):\n        self.brightness = much"
    names = names_for(text)
    assert set(names.chosen) == {"Widget", "turn_on", "much", "brightness"}
    assert set(names.chosen.values()) <= set(rom_names())
    renamed = ast.unparse(names.rename(ast.parse(text)))
    assert set(names.chosen.values()) <= set(WORD.findall(renamed))
    assert ast.unparse(Names(names.original).rename(ast.parse(renamed))) == ast.unparse(ast.parse(text))


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("x.ticks_ms()", ""),
        ("x.gizmo = 1\ngetattr(x, 'gizmo')", ""),
        ("def gizmo():\n    pass", "import app; app.gizmo()"),
        ("def ticks_ms():\n    gizmo = 1", ""),
        ("@micropython.viper\ndef ticks_ms(gizmo: ptr8):\n    return gizmo[0]", ""),
        ("@micropython.asm_thumb\ndef ticks_ms(r7):\n    label(gizmo)", "x.gizmo"),
        ("import app", ""),
        ("def __gizmo__():\n    pass", ""),
    ],
    ids=["ROM", "asked for by its name", "outside", "local", "kernel's", "assembler's", "module", "special"],
)
def test_a_name_stays_that_others_use_or_that_takes_no_room(text, outside):
    assert not set(names_for(text, outside).chosen) - {"x"}


def test_beyond_the_names_in_flash_there_are_short_ones():
    wanted = len(rom_names()) + 100
    chosen = names_for("\n".join(f"name_{number} = 1" for number in range(wanted))).chosen
    assert len(set(chosen.values())) == len(chosen) == wanted
    assert max(len(name) for name in set(chosen.values()) - set(rom_names())) == 2


def test_no_name_becomes_one_that_the_compiler_takes_for_its_own():
    chosen = names_for("\n".join(f"name_{number} = 1" for number in range(len(rom_names())))).chosen
    assert {"const", "uint", "ptr8", "viper"} <= set(rom_names())
    assert not {"const", "uint", "ptr8", "ptr16", "ptr32", "viper", "native", "micropython"} & set(chosen.values())


def test_no_two_names_of_the_firmware_become_one_and_none_becomes_one_that_it_had():
    app = bundle.compact_app()
    chosen = app.names.chosen
    assert len(set(chosen.values())) == len(chosen) > 800
    assert not set(chosen) & {*rom_names(), *dir(builtins)}
    for text in app.sources.values():  # a name that had become one with another would not come back
        back = Names(app.names.original).rename(ast.parse(text))
        assert not set(all_names(back)) & set(chosen.values())
        assert ast.unparse(app.names.rename(back)) == text.strip()
    assert not [name for name in chosen.values() if keyword.iskeyword(name) or hasattr(builtins, name)]


def test_the_way_back_is_found_in_a_traceback():
    names = names_for("class Widget:\n    def turn_on(self):\n        self.brightness")
    told = """\
  File "app", line 1, in {turn_on}
AttributeError: '{Widget}' object has no attribute '{brightness}'
{Widget}: 3"""
    assert names.readable(told.format(**names.chosen)) == told.replace("{", "").replace("}", "")


def test_the_list_is_what_the_pinned_micropython_has_in_its_flash():
    try:
        data = micropython_uf2().read_bytes()
    except FirmwareMissing as missing:
        pytest.skip(str(missing))
    rom = tool("rom_names")
    assert rom.names_in(rom.flash_of(data)) == rom_names()


def test_the_list_of_look_ups_tells_of_nearly_all_that_a_band_looks_up():
    profile = tool("look_ups")
    profile.COUNTED_S = 2
    counted = profile.look_ups(["reach"])
    known = look_ups()
    assert len(counted) > 300
    # with a change of the firmware it may lack some; if it lacks more, device/tools/look_ups.py --write makes it anew
    assert sum(count for name, count in counted.items() if name in known) >= 0.95 * counted.total()
