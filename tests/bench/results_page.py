"""The page of results, from what was measured: docs/benchmarks.md, and what ``make bench`` prints."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

OURS = "Buzzband"
LIMITS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
BLOCK_US = 10_000
CYCLES_PER_S = 125_000_000
NONE = "–"

INTRODUCTION = """\
# Benchmarks

`make bench` takes these figures and writes this page: none of them was typed. Each table comes from one run,
everything in it side by side; where a machine matters, read the ratios. `make bench PART=detection` takes one part. All
figures, with what was chosen for whom, are in `build/bench.json`.
"""

DETECTION = """\
## From the muscle to the cue
How late is the cue when all may be wrong equally often? Everybody gets the same samples (12 bits, 1200 Hz), the same
calibration (rest: the 10th percentile of the own envelope; full: its best 500 ms) and the same sweep of thresholds. Of
each peer the best variant and rule for cue and re-arming is chosen on one half of each recording and measured on the
other, both ways round; among the rules is Buzzband's own. Buzzband is its core as it is; its target is the threshold.

- *Latency*: median from onset to cue, a burst without a cue being infinitely late, at the threshold with the least
  of it among those with at most one false cue a minute. *× ours*: below 1 the peer is quicker.
- *Nearly all found*: the same where at least 95 % of the bursts have to get a cue.
- *Burst F1*: one cue from 100 ms before a burst (synthetic: from its onset) to 100 ms after its end; others are false.
  Threshold and rule for it are chosen on the other half.
- *Onset F1*: the cue has to come within 100 ms of the onset; best threshold of the sweep.

Real recordings (two of the biceps, two of the thumb) have no truth: the onset is where a zero-phase envelope (20 to
450 Hz, 20 Hz) leaves the lowest 5 % on its way up. On synthetic muscles, where that can be tried, it is late by a fifth
of the rise. Those do bursts of 30 to 90 % of full effort that rise in 0.1, 0.2 and 0.4 s, counted from the first moment
of the rise, and their onsets come at any time of a block. *Good signal* has noise of 1 %, hum of 3 % and wander of 5 %
of full effort; *hum* has 30 % of hum, up to 0.2 Hz off, and as much wander. *Together*, one threshold and rule has to
do for all of them, and each burst and each minute counts once. Some of these thresholds are lower than any target to
train with: this is a race of envelopes.

The order on real recordings hangs on the reference. Two were tried first: 50 Hz, and 10 % of the top of each burst, in
the envelope of 50 Hz or in the coarse one of 6 Hz. The second dates onsets of synthetic muscles later and less evenly
than the present one; the first was not tried on them. With both RC and BioSPPy were quicker than Buzzband, with the
second NeuroKit2 as well. The present one was chosen after that had been seen.
"""

ENVELOPE = """\
## The envelope
r of each causal envelope, as published, with what offline packages make of the undisturbed recording, and its lag in ms
where r is highest; means over the four real recordings. The packages, which know the future, get the disturbed
recording as well. Hum and drift are as large as full effort; the motor is 40 % of it after each cue.
NeuroKit2's reference is an energy, so what follows amplitude has less r with it.
"""

CHIP = """\
## The core on the chip
Emulated RP2040, 125 MHz, MicroPython 1.24.1. One block is 10 ms of EMG; the heap is locked, so nothing is allocated.
The kernels stand beside the same in C, statement for statement, compiled for the same core (gcc 12.2 -O2) and run on
it; their calls do not count. On the chip the chain is in assembler, and one call; viper is the rest.

The last table is of what else runs in a set, all of it in viper: the mean call, and what all calls take, in a set of
quick curls with the band on the upper arm. The three modes hear the same muscle there; a band has one of them. The C is
made from the text of each kernel, divides by the RP2040's divider, and makes the same of the set, as does Python.
In viper all variables but the first three arguments are loaded before each use and stored after each change.
"""

APP = """\
## The app on the chip
The same chip, with the whole app on it, in a session with a contraction and its cue every 750 ms; with an IMU, an
MPU-6050, the arm curls meanwhile. The second table is of the app without an IMU and with the names of its source, so
that a program can look between its turns, which adds to what lies between them. Nothing is collected while the heap is
counted.
"""

TRANSFERS = """\
## Over the wire
Time of the emulated chip with the usual times of its flash (45 ms to erase a sector, 0.4 ms a page); what the host's
programs take for themselves is left out, and so is how long the computer lets the wire wait. mpremote and ampy run as
they are. Bytes count both ways.

- *Fetch*: sync leaves the session on the band; it lists, reads and has the band hash it. The tools do not check.
- *Install*: onto MicroPython 1.24.1 without an app. Flash hashes all it has written, the tools do not. The boot ROM is
  not emulated: the image counts as the times of the flash for what goes into it, MicroPython too, and the first start.
- *One module changed*: mpremote's app lies in a folder, module by module; of `cp -r` all are hashed. To copy the module
  alone one has to know which it is; there is no check, no trial and no way back.
- *All modules changed*: what it takes an update to write them; look, verification, restart and self-test are those of
  one module. The tools do what they do to install.
"""

HOST = """\
## On the host
Time of the processor, the best of three for ten minutes of synthetic EMG at 1000 Hz, the best of five for starts. The
command line reads an hour of it from an EDF file, and all it takes to start counts there.
"""

YEAR = """\
## A year of logs
Time of the processor, the best of three, from the start of each command to its end.
"""

SIZE = """\
## Sizes
"""

LEFT_OUT = """\
## What is not here
Kernels that run once after a set, or only where clips are kept, against C. Nobody has marked the real recordings by
hand, and none was made with a Buzzband.
"""


def page(result: Mapping[str, Any]) -> str:
    """Return the whole page."""
    parts = [section(name, result[name]) for name in SECTIONS]
    return "\n".join([INTRODUCTION, *parts, LEFT_OUT])


def section(name: str, figures: Mapping[str, Any]) -> str:
    """Return the section of one part."""
    head, body = SECTIONS[name]
    return f"{head}\n{body(figures)}\nMeasured on {figures['machine']}.\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _detection(figures: Mapping[str, Any]) -> str:
    kinds = {kind: of for kind, of in figures.items() if kind != "machine"}
    return "\n".join(_kind(kind, of) for kind, of in kinds.items())


def _kind(kind: str, figures: Mapping[str, Any]) -> str:
    detectors = figures["detectors"]
    what = f"{figures['bursts']} bursts in {figures['minutes']:.1f} min of {len(figures['takes'])} recordings."
    ours = [_latency(detectors[OURS], share) for share in ("0", "0.95")]
    rows = [
        (
            name,
            *_timed(_latency(one, "0"), ours[0]),
            _found(one),
            *_timed(_latency(one, "0.95"), ours[1]),
            f"{one['burst_f1']:.3f}",
            f"{one['onset_f1']:.3f}",
        )
        for name, one in detectors.items()
    ]
    header = ("", "latency, ms", "× ours", "found", "nearly all found, ms", "× ours", "burst F1", "onset F1")
    curve = [(name, *(_ms(_at(one["curve"], limit)) for limit in LIMITS)) for name, one in detectors.items()]
    return "\n".join(
        (
            f"### {kind[0].upper()}{kind[1:]}\n{what}\n",
            table(header, rows),
            _verdict(detectors),
            "Least median latency in ms with so many false cues a minute at most:\n",
            table(("", *(f"{limit:g}" for limit in LIMITS)), curve),
        )
    )


def _latency(one: Mapping[str, Any], share: str) -> float | None:
    reached = one["at_limit"][share]["reached"]
    latency: float | None = reached and reached["median_latency_ms"]
    return latency


def _found(one: Mapping[str, Any]) -> str:
    reached = one["at_limit"]["0"]["reached"]
    return f"{reached['found']} of {reached['bursts']}" if reached else NONE


def _ms(latency_ms: float | None) -> str:
    return NONE if latency_ms is None else f"{latency_ms:.0f}"


def _timed(latency_ms: float | None, ours_ms: float | None) -> tuple[str, str]:
    ratio = NONE if latency_ms is None or ours_ms is None else f"{latency_ms / ours_ms:.2f}"
    return _ms(latency_ms), ratio


def _at(curve: Sequence[Mapping[str, Any]], limit: float) -> float | None:
    """Return the least latency of a curve within a limit of false cues."""
    latencies = [point["median_latency_ms"] for point in curve if point["false_per_min"] <= limit]
    return min((one for one in latencies if one is not None), default=None)


def _verdict(detectors: Mapping[str, Any]) -> str:
    """Return in a sentence who is quicker than Buzzband, and who finds bursts better."""
    f1 = detectors[OURS]["burst_f1"]
    better = [name for name, one in detectors.items() if one["burst_f1"] > f1]
    return (
        f"Quicker than Buzzband: {_quicker(detectors, '0')}; "
        f"with nearly all found: {_quicker(detectors, '0.95')}.\nWith a better burst F1: {_names(better)}.\n"
    )


def _quicker(detectors: Mapping[str, Any], share: str) -> str:
    ours = _latency(detectors[OURS], share)
    theirs = {name: _latency(one, share) for name, one in detectors.items() if name != OURS}
    return _names(name for name, one in theirs.items() if one is not None and (ours is None or one < ours))


def _names(names: Iterable[str]) -> str:
    return " and ".join(names) or "nobody"


def _envelope(figures: Mapping[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in figures["packages"].items())
    missing = sorted({"neurokit2", "biosppy", "pyemgpipeline"} - set(figures["packages"]))
    parts = [f"Packages: {packages}. Not installed: {', '.join(missing) or 'none'}.\n"]
    for condition, envelopes in figures["conditions"].items():
        references = list(figures["packages"])
        rows = [
            (name, *(f"{one[of]['r']:.3f} at {one[of]['lag_ms']:.0f}" for of in references))
            for name, one in envelopes.items()
        ]
        head = "### As it is" if condition == "clean" else f"### With {condition}"
        parts += [f"{head}\n", table(("", *references), rows), _nearer(envelopes)]
    return "\n".join(parts)


def _nearer(envelopes: Mapping[str, Any]) -> str:
    """Return in a sentence which causal envelopes come nearer than Buzzband's, by the mean r over the references."""
    r = {name: sum(of["r"] for of in one.values()) / len(one) for name, one in envelopes.items()}
    return f"Causal, and nearer on average: {_names(n for n in r if 'offline' not in n and r[n] > r[OURS])}.\n"


def _chip(figures: Mapping[str, Any]) -> str:
    blocks, cycles, c_cycles = (figures["figures"][what] for what in ("block_us", "cycles", "c_cycles"))
    block_rows = [(name, f"{blocks[key]:.0f}", f"{100 * blocks[key] / BLOCK_US:.2f}") for key, name in BLOCKS.items()]
    kernel_rows = [
        (name, f"{cycles[key]:.0f}", f"{c_cycles[key]:.0f}", f"{cycles[key] / c_cycles[key]:.1f}")
        for key, name in KERNELS.items()
    ]
    return "\n".join(
        (
            table(("for a block", "µs", "% of the processor"), block_rows),
            table(("kernel", "cycles", "in C", "× C"), kernel_rows),
            _movement(figures["figures"]["movement"]),
        )
    )


def _movement(figures: Mapping[str, Any]) -> str:
    cycles, c_cycles, calls_per_s = (figures[what] for what in ("cycles", "c_cycles", "calls_per_s"))
    rows = [
        (
            name,
            f"{calls_per_s[key]:.1f}",
            f"{cycles[key]:,.0f}",
            f"{c_cycles[key]:,.0f}",
            f"{cycles[key] / c_cycles[key]:.1f}",
            f"{100 * cycles[key] * calls_per_s[key] / CYCLES_PER_S:.3f}",
        )
        for key, name in MOVEMENT_KERNELS.items()
    ]
    header = ("kernel of a set", "calls a second", "cycles", "in C", "× C", "% of the processor")
    return f"{table(header, rows)}\nThe C of this table: gcc {figures['compiler']} -O2.\n"


def _app(figures: Mapping[str, Any]) -> str:
    worn, turns = figures["figures"]["worn"], figures["figures"]["turns"]
    names = next(iter(worn.values()))
    rows = [(name, *(_plain(of[name]) for of in worn.values())) for name in names]
    return "\n".join(
        (
            table(("what", *worn), rows),
            table(("turns", "figure"), [(name, _plain(figure)) for name, figure in turns.items()]),
        )
    )


def _plain(figure: float) -> str:
    return f"{figure:,.1f}".removesuffix(".0")


BLOCKS = {
    "chain": "raw samples to both envelopes",
    "step": "gated envelope, target, cue policy",
    "process": "all of it, quality windows included",
}
KERNELS = {
    "intake": "decimation and high-pass, a sample",
    "comb": "mains comb, a sample",
    "lowpass": "low-pass, rectifier and crossings, a sample",
    "smooth": "free envelope, a sample",
    "gated": "gated envelope, a sample, viper",
    "reached": "target, a block, viper",
}
MOVEMENT_KERNELS = {
    "decode": "a frame of the IMU decoded",
    "move": "two frames to tilt and turn",
    "feel": "how far from rest, and the muscle",
    "follow": "swings of all nine positions",
    "find_floor": "what counts as a swing of one position",
    "take_rest": "pose of rest taken",
    "keep": "tilt kept",
    "measure": "a swing measured",
    "irregularity": "how alike the swings of a position are",
    "period_ms": "their mean period",
    "choose": "the position that counts",
    "permille": "envelope to activation",
    "put": "activation packed for the log",
    "holding": "mode hold",
    "beat": "mode tempo",
    "idling": "mode steady",
}


def _transfers(figures: Mapping[str, Any]) -> str:
    session, app, piece = (f"{figures[what] / 1000:.0f} KB" for what in ("session_bytes", "app_bytes", "piece_bytes"))
    heads = {
        "fetch": f"fetch a session of {session}",
        "install": f"install the app, {app}",
        "one module": "one module changed",
        "all modules": "all modules changed",
    }
    tools = f"mpremote {figures['mpremote']}, ampy {figures['ampy']}."
    told = f"What ampy puts, and an update of all modules, are told by {piece} of it."
    return "\n".join((f"{tools} {told}\n", *(_deed(heads[deed], ways) for deed, ways in figures["deeds"].items())))


def _deed(head: str, ways: Mapping[str, Mapping[str, float]]) -> str:
    ours_s = next(iter(ways.values()))["seconds"]
    rows = [
        (way, f"{one['seconds']:.2f}", f"{one['seconds'] / ours_s:.2f}", f"{one['wire_bytes'] / 1000:,.0f}")
        for way, one in ways.items()
    ]
    return table((head, "s", "× the first", "KB on the wire"), rows)


def _host(figures: Mapping[str, Any]) -> str:
    speeds, starts = figures["times_real_time"], figures["start_s"]
    ours = next(iter(speeds.values()))
    bare = starts["python, nothing"]
    speed_rows = [(name, f"{one:,.0f}", f"{one / 3600:.2f}", f"{one / ours:.2f}") for name, one in speeds.items()]
    start_rows = [(name, f"{1000 * one:.0f}", f"{one / bare:.1f}") for name, one in starts.items()]
    machine_code = f"The core is machine code by numba {figures['numba']}" if figures["numba"] else "Numba is not there"
    return "\n".join(
        (
            f"{machine_code}; without numba it is Python.\n",
            table(("", "× real time", "hours a second", "as fast as simulate"), speed_rows),
            table(("", "ms", "× bare Python"), start_rows),
        )
    )


def _year(figures: Mapping[str, Any]) -> str:
    held = f"{figures['sessions']} sessions, {figures['sets']:,} sets, {figures['log_bytes'] / 1e6:.1f} MB."
    rows = [(name, f"{seconds:.2f}") for name, seconds in figures["seconds"].items()]
    return f"{held}\n\n{table(('', 's'), rows)}"


def _size(figures: Mapping[str, Any]) -> str:
    logs, app = figures["log_bytes_per_hour"], figures["app_bytes"]
    raw = list(logs.values())[-1]
    source = app["source"]
    return "\n".join(
        (
            table(
                ("log, for an hour of", "KB", "of raw EMG"),
                [(name, f"{size / 1000:,.0f}", f"1/{raw / size:.0f}") for name, size in logs.items()],
            ),
            table(
                ("app on the band", "KB", "× its source"),
                [(name, f"{size / 1000:,.0f}", f"{size / source:.2f}") for name, size in app.items()],
            ),
            f"The wheel, firmware and pictures included: {figures['wheel_bytes']['buzzband'] / 1000:,.0f} KB.\n",
        )
    )


SECTIONS: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "detection": (DETECTION, _detection),
    "envelope": (ENVELOPE, _envelope),
    "chip": (CHIP, _chip),
    "app": (APP, _app),
    "transfers": (TRANSFERS, _transfers),
    "host": (HOST, _host),
    "year": (YEAR, _year),
    "size": (SIZE, _size),
}
