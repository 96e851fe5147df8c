import ast
import re
from pathlib import Path

import pytest

from buzzband_fw.core import (
    activation,
    comb,
    envelope,
    frozen,
    intake,
    lowpass,
    motion,
    portable,
    slight,
    slow,
    swings,
    target,
    zigzag,
)
from buzzband_fw.core.modes import hold, steady, tempo
from checked import core_modules, is_kernel, source_of

KERNELS = (
    intake.intake, comb.comb, lowpass.lowpass, envelope.smooth, envelope.average, activation.permille, target.reached,
    target.clear_ms,
    motion.move, motion.feel, zigzag.follow, zigzag.take_rest, zigzag.find_floor,
    swings.measure, swings.irregularity, swings.choose, swings.period_ms, swings.typical, swings.nearest,
    slow.keep, slight.level, slight.turns, slight.usual, slight.fastest,
    hold.holding, steady.idling, tempo.beat, frozen.copy,
)  # fmt: skip
EVERY_KERNEL = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__)


def test_these_are_all_the_kernels():
    found = {thing for module in core_modules() for thing in vars(module).values() if is_kernel(thing)}
    assert found == set(KERNELS)


@EVERY_KERNEL
def test_a_kernel_has_no_default_arguments_and_no_closure(kernel):
    arguments = source_of(kernel).args
    assert [arguments.defaults, arguments.kwonlyargs, arguments.vararg, arguments.kwarg] == [[], [], None, None]
    assert kernel.__closure__ is None


@EVERY_KERNEL
def test_a_kernel_takes_at_most_what_viper_has_types_for(kernel):
    annotations = [argument.annotation.id for argument in source_of(kernel).args.args]
    assert set(annotations) <= {"int", "ptr8", "ptr16", "ptr32"}


@EVERY_KERNEL
def test_a_kernel_has_no_unary_minus_because_older_compilers_negate_the_variable_too(kernel):
    minus = [
        node for node in ast.walk(source_of(kernel)) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    ]
    assert not minus


@EVERY_KERNEL
def test_a_kernel_makes_no_objects(kernel):
    makes = (
        ast.Slice, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.JoinedStr,
        ast.Attribute, ast.Try, ast.With, ast.Div, ast.Pow,
    )  # fmt: skip
    assert not [ast.dump(node) for statement in source_of(kernel).body for node in ast.walk(statement)
                if isinstance(node, makes)]  # fmt: skip


@EVERY_KERNEL
def test_a_kernel_calls_nothing_but_range(kernel):
    calls = [node.func for node in ast.walk(source_of(kernel)) if isinstance(node, ast.Call)]
    assert {getattr(call, "id", None) for call in calls} <= {"range"}


@EVERY_KERNEL
def test_a_kernel_uses_only_constants_from_outside(kernel):
    loaded = set(kernel.__code__.co_names) - {"range"}
    module = ast.parse(Path(kernel.__code__.co_filename).read_text(encoding="utf-8"))
    constants = {
        assignment.targets[0].id
        for assignment in module.body
        if isinstance(assignment, ast.Assign)
        and isinstance(assignment.value, ast.Call)
        and getattr(assignment.value.func, "id", None) == "const"
    }
    assert loaded <= constants  # the compiler folds const() of the same file; all else is a slow look-up


def test_what_the_core_imports_is_the_core_and_the_name_of_the_platform():
    for module in core_modules():
        if module is portable:
            continue
        text = Path(module.__file__).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                assert [one.name for one in node.names] == ["sys"], module.__name__
            if isinstance(node, ast.ImportFrom):
                assert f"{node.module}.".startswith("buzzband_fw.core."), module.__name__
        assert set(re.findall(r"\bsys\.\w+", text)) <= {"sys.platform"}, module.__name__


def test_on_cpython_a_constant_is_its_value_and_a_kernel_a_function():
    def kernel():
        return 7

    assert portable.const(5) == 5
    assert portable.micropython.viper(kernel) is kernel
    assert portable.micropython.native(kernel) is kernel
    assert portable.int32s((1, -2)) == portable.uint16s([1, -2]) == [1, -2]
