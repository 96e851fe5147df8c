"""Raw samples as a band packs them: buzzband_fw.store.samples writes what this reads."""

from buzzband_fw.store import samples

_SAMPLE_MAX = 4 * 4095


def unpack(data: bytes, count: int) -> list[int]:
    """Return ``count`` samples. Raises ValueError for what holds less, or something else."""
    bits = _Bits(data)
    last, mean = samples.CENTRE, samples.MEAN_START
    found = []
    for _ in range(count):
        rice = 0
        while samples.RICE << rice < mean:
            rice += 1
        ones = 0
        while ones < samples.ESCAPE and bits.take(1):
            ones += 1
        if ones == samples.ESCAPE:
            sample = bits.take(samples.SAMPLE_BITS)
            off = _folded(sample - last)
        else:
            off = (ones << rice) + bits.take(rice)
            sample = last + _unfolded(off)
        if not 0 <= sample <= _SAMPLE_MAX:
            raise ValueError("no sample")
        mean += 16 * off - mean >> samples.MEAN_SHIFT
        last = sample
        found.append(sample)
    return found


def unpack_numbers(data: bytes) -> tuple[int, ...]:
    """Return the integers that ``put_numbers`` has written. Raises ValueError if the last one is not whole."""
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(_unfolded(value))
            value = shift = 0
    if shift:
        raise ValueError("a number that is not whole")
    return tuple(found)


class _Bits:
    """Bits, the highest of a byte first."""

    def __init__(self, data: bytes) -> None:
        self._left = 8 * len(data)
        self._bits = int.from_bytes(data)

    def take(self, count: int) -> int:
        """Return the next ``count`` bits. Raises ValueError if there are not so many."""
        if count > self._left:
            raise ValueError("samples that end early")
        self._left -= count
        return self._bits >> self._left & (1 << count) - 1


def _folded(difference: int) -> int:
    return 2 * difference if difference >= 0 else -2 * difference - 1


def _unfolded(off: int) -> int:
    return -(off + 1 >> 1) if off & 1 else off >> 1
