"""A kernel in C says what the kernel says."""

import pytest
from movement_on_chip import KERNELS, all_kernels
from results_page import MOVEMENT_KERNELS
from viper_in_c import kernel_in, translated

TEXT = """
_SHIFT = const(2 + 1)

@micropython.viper
def some(values: ptr16, count: int) -> int:
    '''Not a word of this.'''
    total = 0
    for i in range(count):
        if values[i] > 7 and not total:
            total += (values[i] << _SHIFT) // count
            continue
        values[i] = total = 0 - total
    return total
"""

BODY = """\
int some(uint16_t *restrict values, int count)
{
int total, i;
total = 0;
i = 0;
for (int i_end = count; i < i_end; i += 1) {
if (((values[i] > 7) && (!total))) {
total = (total + quotient((values[i] << 3), count));
continue;
} else {
}
values[i] = total = (0 - total);
}
return total;
}
"""


def test_each_statement_becomes_one_of_c() -> None:
    assert BODY in translated({"some": kernel_in(TEXT, "some")})


@pytest.mark.parametrize("statement", ["a, b = 1, 2", "total = len(values)", "del total", "total = 1 < count < 3"])
def test_what_has_no_translation_is_refused(statement: str) -> None:
    with pytest.raises(NotImplementedError, match=r"a, b|len|del|<"):
        translated({"some": kernel_in(TEXT.replace("total = 0\n", statement + "\n"), "some")})


def test_every_kernel_that_is_compared_has_a_translation_and_a_row_on_the_page() -> None:
    text = translated(all_kernels())
    assert all(f" {name}(" in text for name in KERNELS)
    assert set(KERNELS) == set(MOVEMENT_KERNELS)
