"""The proof that nothing leaves ±2^30, and that every bound in a docstring of the core holds.

The core is linear but for its roundings, and a rounding is a small input of its own: what error feedback gives back
(0 to 8191 in the accumulator), what a shift in the comb cuts off. So every number that a kernel computes is a sum of
the inputs' pasts, each weighted by an impulse response, and its largest magnitude is the sum over the inputs of
(L1 norm of the response) x (largest input). ``model`` writes each kernel down as a linear system, with every partial
sum in the order in which the kernel evaluates it. Then the input that makes a number largest (the signs of its impulse
response, backwards) is really run through the kernels in checked arithmetic, at the model's own limits.
"""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

import checked as arithmetic
import strategies
from builders import blocks_of, course, lifts, steps_of, turning, working
from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.chain import BLOCK_RAW, Chain
from buzzband_fw.core.coefficients import HIGHPASS, LOWPASS
from buzzband_fw.core.comb import comb
from buzzband_fw.core.comb import new_state as new_comb
from buzzband_fw.core.envelope import average, new_average, smooth
from buzzband_fw.core.envelope import new_state as new_envelope
from buzzband_fw.core.exercises import named
from buzzband_fw.core.intake import intake
from buzzband_fw.core.intake import new_state as new_intake
from buzzband_fw.core.lowpass import lowpass
from buzzband_fw.core.lowpass import new_state as new_lowpass
from buzzband_fw.core.other import Other
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.quality import judge
from buzzband_fw.core.quality import new_state as new_quality
from buzzband_fw.core.room import new_room
from buzzband_fw.core.sets import Sets
from checked import check_everything, checked

Q = 1 << 13
LIMIT = 2**30 - 1
LENGTH = 3000  # samples after which the slowest response, the comb's, has fallen to 10^-15
RUN = 1200
FULL_SCALE = 8192  # of the centred sum of four: -8192 to 8188
LOWPASS_INPUT = 60_000
ROUNDINGS = {"intake error": Q - 1, "comb shift": 0.75, "comb cut": 0.875, "y error": Q - 1, "z error": Q - 1}
MAINS = pytest.mark.parametrize("mains_hz", [50, 60])


def later(signal, samples=1):
    return np.concatenate((np.zeros(samples), signal[:-samples]))


def biquad(name, x, error, b0, middle, a1, a2):
    """The numbers of y = (b0 (x + middle x1 + x2) - a1 y1 - a2 y2 + error) / 2^13, where ``middle`` is 2 or -2."""
    first = x + np.sign(middle) * later(x)
    second = first + np.sign(middle) * later(first)
    # what the accumulator keeps below the point comes back with the next sample: y 2^13 = acc - error, and so on
    y = lfilter([1], [1, a1 / Q, a2 / Q], (b0 * second + later(error) - error) / Q)
    fed, once, twice = b0 * second, a1 * later(y), a2 * later(y, 2)
    return y, {
        f"{name}: difference or sum": first,
        f"{name}: second difference or sum": second,
        f"{name}: b0 (...)": fed,
        f"{name}: a1 y1": once,
        f"{name}: b0 (...) - a1 y1": fed - once,
        f"{name}: a2 y2": twice,
        f"{name}: b0 (...) - a1 y1 - a2 y2": fed - once - twice,
        f"{name}: accumulator": fed - once - twice + later(error),
        f"{name}: output": y,
    }


def intake_model(x, source):
    b0, a1, a2 = HIGHPASS
    return biquad("intake", x, source["intake error"], b0, -2, a1, a2)


def comb_model(x, source, mains_hz):
    period = 1200 // mains_hz
    back = np.zeros(period + 1)
    back[0], back[-1] = 1, -0.75
    x = 8 * x
    y = lfilter([1], back, x - later(x, period) + source["comb shift"])
    quarter = later(y, period) / 4 - source["comb shift"]
    change = x - later(x, period)
    output = y / 8 - source["comb cut"]
    return output, {
        "comb: x": x,
        "comb: x - x[n-N]": change,
        "comb: y[n-N] >> 2": quarter,
        "comb: x - x[n-N] - (y[n-N] >> 2)": change - quarter,
        "comb: y": y,
        "comb: removed": x - y,
        "comb: output": output,
    }


def comb_model_alone(x, source, mains_hz):
    return comb_model(x, source, mains_hz)[1]


def lowpass_model(x, source):
    y, first = biquad("lowpass y", x, source["y error"], LOWPASS[0], 2, *LOWPASS[1:3])
    z, second = biquad("lowpass z", y, source["z error"], LOWPASS[3], 2, *LOWPASS[4:])
    return z, first | second


def chain_model(x, source, mains_hz):
    """Every number of the chain up to the rectifier, for the inputs as given."""
    filtered, intake_nodes = intake_model(x, source)
    combed, comb_nodes = comb_model(filtered, source, mains_hz)
    _, lowpass_nodes = lowpass_model(combed, source)
    return intake_nodes | comb_nodes | lowpass_nodes


def responses(model):
    """For each number of a model its impulse response to the signal and to each rounding."""
    impulse, nothing = np.zeros(LENGTH), np.zeros(LENGTH)
    impulse[0] = 1
    inputs = {"signal": impulse} | dict.fromkeys(ROUNDINGS, nothing)
    found = {}
    for name in inputs:
        source = {other: impulse if other == name else nothing for other in inputs}
        for node, response in model(source.pop("signal"), source).items():
            found.setdefault(node, {})[name] = response
    return found


def bounds(model, full_scale):
    """The largest magnitude of each number of a model."""
    largest = {"signal": full_scale} | ROUNDINGS
    return {
        node: sum(np.abs(response).sum() * largest[name] for name, response in by_input.items())
        for node, by_input in responses(model).items()
    }


@functools.cache
def chain_responses(mains_hz):
    return responses(functools.partial(chain_model, mains_hz=mains_hz))


@functools.cache
def chain_bounds(mains_hz):
    return bounds(functools.partial(chain_model, mains_hz=mains_hz), FULL_SCALE)


NODES = sorted(chain_bounds(50))


def worst_raw(node, mains_hz):
    """The raw samples that make a number of the chain largest after ``RUN`` samples, and as many of its opposite."""
    signs = np.sign(chain_responses(mains_hz)[node]["signal"][:RUN][::-1])
    return [4095 if sign > 0 else 0 for sign in signs for _ in range(4)] + [
        0 if sign > 0 else 4095 for sign in signs for _ in range(4)
    ]


def test_no_response_lasts_longer_than_is_summed():
    for by_input in chain_responses(50).values():
        for response in by_input.values():
            assert np.abs(response[-100:]).max() <= 1e-9 * np.abs(response).max()


@MAINS
@pytest.mark.parametrize("node", NODES)
def test_every_number_of_the_chain_stays_within_2_to_30(node, mains_hz):
    assert chain_bounds(mains_hz)[node] < LIMIT


@MAINS
@pytest.mark.parametrize(
    ("node", "bound"),
    [
        ("intake: output", 2**15),
        ("comb: y", 2**20),
        ("comb: removed", 2**20),
        ("comb: output", 2**16),
        ("lowpass y: output", 2**17),
        ("lowpass z: output", 2**16),
    ],
)
def test_a_sample_after_each_stage_stays_within_its_bound(node, bound, mains_hz):
    assert chain_bounds(mains_hz)[node] < bound


@MAINS
def test_the_chain_gives_the_low_pass_less_than_it_can_take(mains_hz):
    assert chain_bounds(mains_hz)["comb: output"] < LOWPASS_INPUT


@MAINS
def test_a_comb_whose_input_is_within_2_to_15_stays_within_2_to_20(mains_hz):
    by_node = bounds(functools.partial(comb_model_alone, mains_hz=mains_hz), 2**15)
    assert max(by_node.values()) < 2**20


def test_a_low_pass_whose_input_is_within_60000_stays_within_2_to_17_and_its_sums_within_2_to_30():
    by_node = bounds(lambda x, source: lowpass_model(x, source)[1], LOWPASS_INPUT)
    assert max(bound for node, bound in by_node.items() if node.endswith("output")) < 2**17
    assert max(by_node.values()) < LIMIT


@MAINS
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_model_is_the_kernels_but_for_their_roundings(mains_hz, seed):
    raw = np.random.default_rng(seed).choice([0, 4095], 4 * 1000)
    nothing = dict.fromkeys(ROUNDINGS, np.zeros(1000))
    modelled = chain_model(raw.reshape(-1, 4).sum(axis=1) - 8192.0, nothing, mains_hz)
    roundings = {
        node: sum(np.abs(by_input[name]).sum() * largest for name, largest in ROUNDINGS.items())
        for node, by_input in chain_responses(mains_hz).items()
    }
    block = [0] * 1000
    intake(raw.tolist(), 0, block, 1000, new_intake(4096))
    assert np.abs(block - modelled["intake: output"]).max() <= roundings["intake: output"]
    comb(block, 1000, new_comb(mains_hz))
    assert np.abs(block - modelled["comb: output"]).max() <= roundings["comb: output"]
    lowpass(block, 1000, new_lowpass())
    assert np.abs(block - np.abs(modelled["lowpass z: output"])).max() <= roundings["lowpass z: output"]


def run_stages(raw, mains_hz):
    """Run the linear kernels over ``raw`` in the arithmetic that is in force; return the largest output of each."""
    length, largest = len(raw) // 4, []
    block = [0] * length
    for stage, arguments in (
        (intake, (raw, 0, block, length, new_intake(1 << len(raw).bit_length()))),
        (comb, (block, length, new_comb(mains_hz))),
        (lowpass, (block, length, new_lowpass())),
    ):
        checked(stage)(*arguments)
        largest.append(max(map(abs, block)))
    return largest


@MAINS
@pytest.mark.parametrize("node", NODES)
def test_the_input_that_makes_a_number_largest_runs_through_the_checked_kernels(node, mains_hz, monkeypatch):
    limit = max(chain_bounds(mains_hz).values())
    assert limit < LIMIT / 2  # a third of the range: if the model is right, this limit is kept too
    monkeypatch.setattr(arithmetic, "LIMIT", int(limit) + 1)
    run_stages(worst_raw(node, mains_hz), mains_hz)


@MAINS
def test_the_bounds_are_reached(mains_hz, monkeypatch):
    by_node = chain_bounds(mains_hz)
    for index, node in enumerate(("intake: output", "comb: output", "lowpass z: output")):
        assert run_stages(worst_raw(node, mains_hz), mains_hz)[index] > 0.98 * by_node[node]
    node = max(by_node, key=by_node.get)
    monkeypatch.setattr(arithmetic, "LIMIT", int(0.98 * by_node[node]))
    with pytest.raises(arithmetic.OutOfRange):
        run_stages(worst_raw(node, mains_hz), mains_hz)


def test_the_low_pass_alone_takes_60000_and_not_66000():
    response = responses(lambda x, source: lowpass_model(x, source)[1])["lowpass z: b0 (...) - a1 y1"]["signal"]
    signs = np.sign(response[:RUN][::-1]).astype(int)
    checked(lowpass)((signs * LOWPASS_INPUT).tolist(), RUN, new_lowpass())
    with pytest.raises(arithmetic.OutOfRange):
        checked(lowpass)((signs * 66_000).tolist(), RUN, new_lowpass())


def test_both_averages_stay_within_2_to_27_for_inputs_within_2_to_17():
    # Both steps rise with their state and with their input. So if the top maps to itself, nothing below comes above it.
    state = [2**26, 2**27]
    assert checked(smooth)([2**17], 1, state, [0]) == 2**21
    assert state == [2**26, 2**27]
    state = new_envelope()
    checked(smooth)([2**17] * 3000, 3000, state, [0] * 3000)
    assert state == [2**26, pytest.approx(2**27, abs=64)]
    assert state[1] <= 2**27


def test_the_gated_average_and_what_is_computed_of_it_stay_within_2_to_28_for_inputs_within_2_to_17():
    top = 2**28 * 4 // 5 + 1  # as above: it maps to itself, and 1.25 times it is 2^28
    state = [top]
    assert top + (top >> 2) == 2**28
    assert checked(average)([2**17], 0, 1, state, [0]) == 2**21
    assert state == [top]
    state = new_average()
    checked(average)([2**17] * 4000, 0, 4000, state, [0] * 4000)
    assert state == [pytest.approx(top, abs=103)]
    assert state[0] <= top


@MAINS
def test_the_largest_envelope_stays_below_2_to_20(mains_hz):
    assert 16 * chain_bounds(mains_hz)["lowpass z: output"] < 2**20


@pytest.mark.parametrize("span", [64, 1000, 2**17, 2**18 - 1, 2**18, 2**18 + 1, 2**19, 2**20 - 1])
def test_the_permille_of_the_largest_envelope_stays_within_2_to_30(span):
    scale = new_scale(0, span)
    for envelope in (2**20 - 1, min(4 * span - 1, 2**20 - 1), min(4 * span + 3, 2**20 - 1)):
        assert checked(permille)(envelope, scale) == min(envelope * 1000 // span, 4000)


@MAINS
def test_the_counts_of_a_window_stay_within_2_to_30_and_so_does_what_quality_makes_of_them(mains_hz):
    by_node = chain_bounds(mains_hz)
    counts = [300, int(300 * by_node["comb: removed"]), int(300 * by_node["comb: y"])]
    checked(judge)(counts, new_quality(2**20))


def checked_words(raw, mains_hz, settings=(0, 2000, 500)):
    """Run a whole pipeline in checked arithmetic."""
    with pytest.MonkeyPatch.context() as patch:
        check_everything(patch)
        pipeline = Pipeline(64, mains_hz, *settings)
        return [pipeline.process(block, 0) for block in blocks_of(raw)]


@MAINS
@given(raw=strategies.raw(BLOCK_RAW * 60))
@settings(max_examples=200, deadline=None)
def test_no_raw_signal_makes_a_checked_pipeline_overflow(mains_hz, raw):
    checked_words(raw, mains_hz)


@pytest.mark.long
@MAINS
@given(raw=strategies.raw(BLOCK_RAW * 400))
@settings(max_examples=60, deadline=None)
def test_no_long_raw_signal_makes_a_checked_pipeline_overflow(mains_hz, raw):
    checked_words(raw, mains_hz)


@MAINS
def test_the_worst_input_of_all_runs_through_a_checked_pipeline(mains_hz):
    checked_words(worst_raw("lowpass z: output", mains_hz), mains_hz)


def for_two(raw, channel):
    """Raw samples for a ring that two channels share: this one has ``raw``, the other one the opposite."""
    return [code if n % 2 == channel else 4095 - code for n, code in enumerate(raw)]


def run_other(raw, mains_hz):
    """Run the other muscle's chain over blocks of ``raw``; return its largest sample."""
    other, largest = Other(1 << len(raw).bit_length(), mains_hz, 0, 2000), 0
    for position in range(0, len(raw) - 2 * BLOCK_RAW + 1, 2 * BLOCK_RAW):
        other.step(raw, position, False)
        largest = max(largest, *other.block)
        other.permille()
    return largest


@MAINS
@pytest.mark.parametrize("node", NODES)
def test_the_input_that_makes_a_number_largest_does_not_make_it_larger_in_one_of_two_channels(
    node, mains_hz, monkeypatch
):
    raw = worst_raw(node, mains_hz)
    monkeypatch.setattr(arithmetic, "LIMIT", int(max(chain_bounds(mains_hz).values())) + 1)
    check_everything(monkeypatch)
    assert run_other(for_two(raw, 1), mains_hz) == run_stages(raw, mains_hz)[-1]


@MAINS
@given(raw=strategies.raw(BLOCK_RAW * 60))
@settings(max_examples=50, deadline=None)
def test_no_raw_signal_makes_the_checked_chain_of_the_other_muscle_overflow(mains_hz, raw):
    with pytest.MonkeyPatch.context() as patch:
        check_everything(patch)
        run_other(raw, mains_hz)


@MAINS
def test_no_square_wave_gives_an_envelope_of_2_to_20(mains_hz):
    largest = 0
    for half_period in range(1, 80):
        raw = strategies.square(4 * 1200, 8 * half_period, 0, 0, 4095)
        chain = Chain(8192, mains_hz, capacity=1200)
        chain.condition(raw, 0, 1200)
        largest = max(largest, *chain.envelope)
    assert 2**16 < largest < 2**18


def unsigned(frames):
    """Frames as a ``ptr16`` shows them."""
    return [value & 0xFFFF for value in frames]


def full_scale_steps(seed, steps):
    """Steps of frames at the rails of the IMU, each for 1 to 400 steps, now and then noise."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < steps:
        values = rng.choice([-32768, 32767, 0, rng.integers(-32768, 32768)], 12)
        found += [unsigned(values.tolist())] * rng.choice([1, 2, 5, 20, 60, 400])
    return found[:steps]


@given(seed=strategies.seed, steady=st.booleans())
@settings(max_examples=6, deadline=None)
def test_no_number_of_the_movement_leaves_2_to_30_whatever_imu_and_muscle_say(seed, steady):
    rng = np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as monkeypatch:
        check_everything(monkeypatch)
        sets = Sets(named("run" if steady else "custom"), 10, new_room())
        for step, frames in enumerate(full_scale_steps(seed, 1500)):
            felt, flags = int(rng.choice([0, 4000])), int(rng.choice([0, 0, 0, 7, 8]))
            sets.step(frames, 2 * (step % 97 > 0), felt, flags, True)
            sets.work()
            sets.work()
            sets.look()
        sets.finish()
        while not sets.finished():
            sets.work()


@pytest.mark.parametrize("cycle", [24, 60, 200, 700])
def test_the_largest_swings_of_all_sources_are_counted_within_2_to_30(cycle, monkeypatch):
    check_everything(monkeypatch)
    sets = Sets(named("custom"), 10, new_room())
    for step in range(14 * cycle):
        up = step % cycle < cycle // 2
        sets.step([0x7FFF if up else 0x8000] * 12, 2, 4000 if up else 0, 0, True)
        sets.work()
        sets.work()
    sets.finish()
    while not sets.finished():
        sets.work()
    assert sets.count == pytest.approx(14, abs=1)


@pytest.mark.parametrize("now", [(1 << 16) - 300, 1 << 24])
def test_reps_are_counted_and_placed_after_days_too(now, monkeypatch):
    check_everything(monkeypatch)
    sets = Sets(named("custom"), 500, new_room())
    degrees = course((3, 0), *lifts(5), (10, 0))
    sets.reps.now = now
    for frames, felt in zip(steps_of(turning(degrees)), working(degrees)[::2], strict=True):
        sets.step(unsigned(frames), 2, int(felt), 0, True)
        sets.work()
        sets.work()
    assert sets.count == 5
    assert sets.start - now == pytest.approx(150, abs=15)
