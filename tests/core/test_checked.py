import pytest

from buzzband_fw.core import cue, golden, other
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.portable import micropython, ptr16, ptr32
from checked import Checked, CheckedView, OutOfRange, check_everything, checked, core_modules, is_kernel

LARGEST = 2**30 - 1
SMALLEST = -(2**30)


@micropython.viper
def squares(source: ptr16, target: ptr32, length: int, factor: int) -> int:
    total = 0
    for i in range(length):
        square = source[i] * source[i]
        target[i] = square
        total += square * factor
    return total


@micropython.viper
def negate_first(values: ptr32):
    values[0] = 0 - values[0]


@micropython.viper
def read_at(values: ptr32, index: int) -> int:
    return values[index]


@micropython.viper
def store(values: ptr32, value: int):
    values[0] = value


def test_a_checked_kernel_does_what_the_kernel_does():
    plain, watched = [0, 0, 0], [0, 0, 0]
    assert checked(squares)([1, 2, 30000], watched, 3, 1) == squares([1, 2, 30000], plain, 3, 1)
    assert watched == plain


def test_what_a_kernel_stores_through_a_view_is_a_plain_integer():
    target = [0]
    checked(squares)([3], target, 1, 1)
    assert type(target[0]) is int


def test_a_result_beyond_30_bits_names_operation_and_operands():
    with pytest.raises(OutOfRange, match=r"32768 \* 32768 = 1073741824"):
        checked(squares)([32768], [0], 1, 1)


def test_an_intermediate_that_would_come_back_into_range_is_caught():
    with pytest.raises(OutOfRange, match=r"\*"):
        checked(squares)([30000, 30000], [0, 0], 2, 2)


def test_a_store_of_2_to_30_is_caught():
    with pytest.raises(OutOfRange):
        CheckedView([0])[0] = LARGEST + 1


def test_a_store_that_no_arithmetic_has_checked_is_caught():
    with pytest.raises(OutOfRange):
        checked(store)([0], 2**30)


def test_the_smallest_integer_can_be_read_but_not_negated():
    assert CheckedView([SMALLEST])[0] == SMALLEST
    with pytest.raises(OutOfRange, match="0 - -1073741824"):
        checked(negate_first)([SMALLEST])


def test_raw_samples_are_16_bits_without_a_sign():
    view = CheckedView([0], unsigned16=True)
    view[0] = 65535
    for value in (65536, -1):
        with pytest.raises(OutOfRange):
            view[0] = value


@pytest.mark.parametrize("value", [65536, -1])
def test_a_ptr16_argument_is_seen_as_16_bits(value):
    with pytest.raises(OutOfRange, match="65535"):
        checked(squares)([value], [0], 1, 1)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_pointer_knows_no_index_outside_its_memory(index):
    with pytest.raises(IndexError):
        checked(read_at)([1, 2, 3], index)


def test_a_pointer_cannot_be_sliced():
    with pytest.raises(TypeError, match="slice"):
        CheckedView([1, 2, 3])[0:2]


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: x + LARGEST,
        lambda x: LARGEST + x,
        lambda x: SMALLEST - x,
        lambda x: x - SMALLEST,
        lambda x: x * LARGEST,
        lambda x: LARGEST * x,
        lambda x: x << 29,
        lambda x: x << 32,
        lambda x: x >> -1,
        lambda x: x >> 32,
        lambda x: -(SMALLEST + x - x),
        lambda x: abs(SMALLEST + x - x),
        lambda x: (SMALLEST + x - x) // -1,
        lambda x: x | 2**31,
        lambda x: 2**31 ^ x,
    ],
)
def test_every_operator_is_checked_on_either_side(operation):
    with pytest.raises(OutOfRange):
        operation(Checked(2))


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: 7 + x * 3 - 2,
        lambda x: 100 - x,
        lambda x: -x // 4,
        lambda x: 100 // x,
        lambda x: x % 3 + 100 % x,
        lambda x: (x << 3 >> 1) + (1 << x) + (1024 >> x),
        lambda x: x & 6 | 1 ^ x,
        lambda x: 6 & (1 | x),
        lambda x: ~x + abs(-x) + +x,
    ],
)
def test_results_in_range_are_those_of_plain_integers_and_stay_checked(operation):
    assert operation(Checked(5)) == operation(5)
    assert type(operation(Checked(5))) is Checked


def test_comparisons_are_plain():
    assert Checked(3) < 2**40
    assert Checked(3) == 3


def test_check_everything_leaves_no_kernel_unchecked_and_undoes_itself():
    def kernels():
        return [thing for module in core_modules() for thing in vars(module).values() if is_kernel(thing)]

    before = kernels()
    with pytest.MonkeyPatch.context() as patch:
        check_everything(patch)
        assert kernels() == []
        assert other.average is cue.average
    assert kernels() == before != []


def test_the_golden_vectors_hold_under_checked_arithmetic(monkeypatch):
    check_everything(monkeypatch)
    assert [name for name, expected, found in golden.run() if expected != found] == []


def test_an_overflow_inside_a_pipeline_is_caught(monkeypatch):
    check_everything(monkeypatch)
    pipeline = Pipeline(64, 50, 100, 5000, 500)
    pipeline.chain._intake[5] = 2**20  # an output that no input can cause
    with pytest.raises(OutOfRange, match=r"\* 1048576 "):
        pipeline.process([2048] * 48, 0)
