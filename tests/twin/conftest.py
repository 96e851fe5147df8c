"""The fixture for twins; what a test may spend on them is declared as for the engine."""

from collections.abc import Iterator

import pytest

from pico_bench import PicoBench
from twin.bench import TwinBench


@pytest.fixture
def twin_bench(pico_bench: PicoBench) -> Iterator[TwinBench]:
    """Boots twins that may run for as long as the test's ``pico`` mark says."""
    bench = TwinBench(pico_bench.left_s)
    yield bench
    bench.close()
