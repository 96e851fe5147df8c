import ast
import builtins
from textwrap import dedent

import pytest

from buzzband.compact.joining import JOINED, join
from buzzband.compact.reading import module_name


def joined(also=(), **modules):
    """Texts of modules of a package ``app``, joined as for ``app.start``, by path; ``app.early`` comes first."""
    trees = {f"app/{name}.py": ast.parse(dedent(text)) for name, text in modules.items()}
    nothing = {f"app/{name}.py": ast.parse("") for name in ("__init__", "early")}
    found = join({**nothing, **trees}, "app/early.py", "app/start.py", also)
    return {path: ast.unparse(tree) for path, tree in found.items()}


def run(found):
    """What the module ``app.start`` returns from ``main``, run with all others by their texts."""
    loaded = {}

    def load(name, *_):
        path = name.replace(".", "/")
        path = f"{path}.py" if f"{path}.py" in found else f"{path}/__init__.py"
        if name not in loaded:
            loaded[name] = Loaded()
            its = {**vars(builtins), "__import__": take}
            loaded[name].__dict__.update(__name__=name, __builtins__=its)
            exec(compile(found[path], path, "exec"), loaded[name].__dict__)
        return loaded[name]

    def take(name, _globals=None, _locals=None, names=(), _level=0):
        if not name.startswith(("app", module_name(JOINED))):
            return __import__(name, None, None, names)
        module = load(name)
        for one in names or ():
            if not hasattr(module, one):
                setattr(module, one, load(f"{name}.{one}"))
        return module

    return load("app.start").main()


class Loaded:
    """A module."""


MODULES = {
    "start": """
        from app.early import ROOM
        from app.large import floor
        from app import two
        from app.one import Thing, step as stepped
        def main():
            return [ROOM, two.step(1), stepped(1), Thing().act(2), two.late(), floor(3.5)]
        """,
    "early": "from app.large import room\nROOM = room()",
    "large": "from math import floor\ndef room():\n    return 'room'[floor(0.5):]",
    "one": """
        from math import floor
        from app import two
        def step(x):
            return floor(x) + 10
        class Thing:
            step = 5
            twice = step * 2
            def act(self, step):
                return self.step + self.twice + step + two.step(0)
        """,
    "two": """
        import math
        def step(x):
            return math.ceil(x) + 20
        def late():
            from app.lazy import called
            return called()
        """,
    "lazy": """
        from app import two
        from app.one import step
        def called():
            return step(0) + two.step(0)
        """,
}


def test_joined_modules_do_what_they_did_apart():
    apart = {f"app/{name}.py": dedent(text) for name, text in MODULES.items()}
    expected = run({"app/__init__.py": "", **apart})
    assert expected == ["room", 21, 11, 37, 30, 3]
    assert run(joined(**MODULES)) == expected


def test_what_comes_first_is_one_module_what_is_always_there_another_and_what_is_imported_late_stays_apart():
    assert set(joined(**MODULES)) == {"app/__init__.py", "app/start.py", "app/early.py", "app/lazy.py", JOINED}


def test_what_comes_first_is_done_before_the_rest_is_even_loaded():
    assert ast.unparse(ast.parse(joined(**MODULES)["app/start.py"]).body[0]) == "from app import early"
    assert "def room" in joined(**MODULES)["app/early.py"]


def test_a_module_that_is_needed_late_can_be_joined_too():
    found = joined(also=["app/lazy.py"], **MODULES)
    assert set(found) == {"app/__init__.py", "app/start.py", "app/early.py", JOINED}
    assert run(found) == run(joined(**MODULES))


def test_a_package_stays_for_the_modules_in_it_that_are_not_joined():
    start = "from app.part import f\ndef main():\n    pass"
    texts = {"app/early.py": "", "app/start.py": start, "app/part/__init__.py": "def f():\n    pass"}
    found = join({path: ast.parse(text) for path, text in texts.items()}, "app/early.py", "app/start.py")
    assert ast.unparse(found["app/part/__init__.py"]) == ""
    assert "def f" in ast.unparse(found[JOINED])


def test_a_module_that_is_used_as_a_value_cannot_be_joined():
    with pytest.raises(ValueError, match=r"app\.two uses the module one"):
        joined(start="from app import two\ndef main():\n    pass", one="x = 1", two="from app import one\nprint(one)")


def test_the_most_frequent_names_come_first():
    found = joined(
        start="from app.one import f\ndef main():\n    pass", one="def f(x):\n    x.rare\n    return x.much + x.much"
    )
    assert found[JOINED].splitlines()[:3] == ["if not __name__:", "    __name__.much", "    __name__.rare"]
