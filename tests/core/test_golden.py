import pytest

from buzzband_fw.core import chain, cue, golden


def wrong():
    """The names of the vectors that do not come out right."""
    return [name for name, expected, found in golden.run() if expected != found]


def off_by_one(kernel):
    """The same kernel with the first element of its first sequence one too high afterwards, or its result."""

    def broken(*arguments):
        result = kernel(*arguments)
        if result is not None:
            return result + 1
        arguments[2 if kernel.__name__ == "intake" else 0][0] += 1
        return None

    return broken


def test_every_vector_is_right():
    assert wrong() == []


def test_every_vector_has_a_name_of_its_own():
    names = [name for name, _, _ in golden.VECTORS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("kernel", "names"),
    [
        ("intake", ["intake"]),
        ("comb", ["comb, 50 Hz", "comb, 60 Hz"]),
        ("lowpass", ["lowpass"]),
        ("smooth", ["envelope"]),
        ("average", ["gated envelope"]),
        ("permille", ["activation"]),
        ("reached", ["target"]),
        ("judge", ["quality"]),
    ],
)
def test_a_broken_kernel_is_told_by_name(monkeypatch, kernel, names):
    monkeypatch.setattr(golden, kernel, off_by_one(getattr(golden, kernel)))
    assert wrong() == names


@pytest.mark.parametrize(
    ("module", "kernel"), [(chain, "intake"), (chain, "comb"), (chain, "lowpass"), (chain, "smooth"), (cue, "average")]
)
def test_a_kernel_that_is_broken_inside_the_pipeline_spoils_its_vectors(monkeypatch, module, kernel):
    monkeypatch.setattr(module, kernel, off_by_one(getattr(module, kernel)))
    assert wrong() == ["pipeline, 50 Hz", "pipeline, 60 Hz"]


def test_a_wrong_coefficient_is_told(monkeypatch):
    new_state = golden.new_lowpass
    monkeypatch.setattr(golden, "new_lowpass", lambda: [new_state()[0] + 1, *new_state()[1:]])
    assert wrong() == ["lowpass"]


def test_a_sign_that_is_lost_in_16_bits_is_told(monkeypatch):
    lowpass = golden.lowpass

    def sign_lost(block, length, state):
        block[:] = [value & 0xFFFF for value in block]
        lowpass(block, length, state)

    monkeypatch.setattr(golden, "lowpass", sign_lost)
    assert wrong() == ["lowpass"]


def test_the_input_has_silence_both_rails_and_fills_one_ring():
    raw = golden.raw_samples()
    assert len(raw) == 2048
    assert {0, 2048, 4095} <= set(raw)
    assert 0 <= min(raw) <= max(raw) <= 4095


def test_a_checksum_depends_on_order_and_sign():
    assert golden.checksum([1, 2]) != golden.checksum([2, 1])
    assert golden.checksum([-1]) != golden.checksum([1])
    assert golden.checksum([2], golden.checksum([1])) == golden.checksum([1, 2])
