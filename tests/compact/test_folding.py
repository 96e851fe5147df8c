import ast
from textwrap import dedent

import pytest

from buzzband.bundle import firmware_sources
from buzzband.compact.folding import fold


def folded(platform="rp2", **modules):
    """Texts of modules of a package ``app``, folded, by name."""
    trees = {f"app/{name}.py": ast.parse(dedent(text)) for name, text in modules.items()}
    found = fold({"app/__init__.py": ast.parse(""), **trees}, platform)
    return {name: ast.unparse(found[f"app/{name}.py"]) for name in modules}


def test_a_constant_of_another_module_is_written_where_it_is_used():
    assert folded(
        one="LEVEL = const(3)\nTWICE = const(2 * LEVEL)\nNAME = 'curl'",
        two="from app.one import LEVEL as L, TWICE\nprint(L + TWICE)",
        three="from app import one\nprint(one.NAME, one.TWICE)",
    ) == {"one": "", "two": "print(3 + 6)", "three": "print('curl', 6)"}


def test_a_constant_that_is_passed_on_is_found_where_it_comes_from():
    found = folded(one="A = const(7)", two="from app.one import A", three="from app.two import A\nprint(A)")
    assert found == {"one": "", "two": "", "three": "print(7)"}


def test_a_negative_constant_stays_one_number_in_a_power():
    assert folded(one="A = const(-2)\nprint(A ** 2)")["one"] == "print((-2) ** 2)"


@pytest.mark.parametrize(
    "text",
    [
        "LEVEL = 3\nLEVEL = 4\nprint(LEVEL)",
        "LEVEL = make()\nprint(LEVEL)",
        "LEVEL = (1, 2)\nprint(LEVEL)",
        "level = 3\nprint(level)",
        "def f():\n    LEVEL = 3\n    return LEVEL",
    ],
    ids=["assigned twice", "made at run time", "no number", "no constant's name", "within a function"],
)
def test_what_is_no_constant_stays(text):
    assert folded(one=text)["one"] == ast.unparse(ast.parse(text))


def test_an_argument_or_a_variable_with_the_name_of_a_module_is_not_that_module():
    found = folded(one="A = const(1)", two="from app import one\n\ndef f(one):\n    return one.A\nprint(one.A)")
    assert found["two"].endswith("return one.A\nprint(1)")
    found = folded(one="A = const(1)", two="from app import one\nprint(lambda one: one.A, one.A)")
    assert found["two"].endswith("print(lambda one: one.A, 1)")


def test_bytes_of_a_tuple_of_numbers_are_folded_and_other_calls_are_not():
    assert folded(one="A = const(1)\nprint(bytes((A, 2)), bytes(5), bytes((x, 2)))")["one"] == (
        "print(b'\\x01\\x02', bytes(5), bytes((x, 2)))"
    )


@pytest.mark.parametrize(("platform", "left"), [("rp2", "here()"), ("linux", "there()")])
def test_of_what_depends_on_the_platform_its_own_branch_is_left(platform, left):
    text = "import sys\nif sys.platform == 'rp2':\n    here()\nelse:\n    there()"
    assert folded(platform, one=text)["one"] == left


def test_marks_that_the_compiler_finds_by_their_spelling_are_not_imported():
    text = "from app.portable import const, micropython, ptr32\n\n@micropython.viper\ndef f(x: ptr32):\n    pass"
    assert "import" not in folded(portable="import micropython\nptr32 = const = None", one=text)["one"]


def test_an_import_is_kept_for_who_uses_it_or_imports_it_from_there():
    found = folded(
        one="import gc\nimport os\nimport sys\n__all__ = ('sys',)\ngc.collect()",
        two="from app.one import os\nos.remove('x')",
    )
    assert found["one"] == "import gc\nimport os\nimport sys\ngc.collect()"


def test_no_constant_of_the_firmware_is_left_by_name():
    found = fold({path: ast.parse(text) for path, text in firmware_sources().items()}, "rp2")
    calls = [node for tree in found.values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "const"]
