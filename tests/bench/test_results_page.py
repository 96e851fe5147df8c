"""The page says what was measured, for better or worse."""

from typing import Any

import pytest
import results_page


def detector(latency_ms: float | None, burst_f1: float = 0.9, false_per_min: float = 1.0) -> dict[str, Any]:
    reached = {"median_latency_ms": latency_ms, "found": 9, "bursts": 10}
    point = {"median_latency_ms": latency_ms, "false_per_min": false_per_min}
    limit = {"chosen": [], "reached": reached}
    return {"at_limit": {"0": limit, "0.95": limit}, "burst_f1": burst_f1, "onset_f1": 0.5, "curve": [point]}


def told(**detectors: dict[str, Any]) -> str:
    kind = {"takes": ["one"], "minutes": 2.0, "bursts": 10, "detectors": detectors}
    return results_page.section("detection", {"real": kind, "machine": "this"})


def test_a_peer_that_is_quicker_is_named() -> None:
    text = told(Buzzband=detector(50.0), Slow=detector(75.0), Quick=detector(40.0), Blind=detector(None))
    assert "Quicker than Buzzband: Quick; with nearly all found: Quick." in text
    assert "| Slow | 75 | 1.50 | 9 of 10 |" in text
    assert "| Blind | – | – |" in text


def test_a_peer_with_a_better_f1_is_named() -> None:
    assert "With a better burst F1: Sure." in told(Buzzband=detector(50.0, 0.9), Sure=detector(60.0, 0.91))
    assert "With a better burst F1: nobody." in told(Buzzband=detector(50.0, 0.9), Sure=detector(60.0, 0.9))


def test_whoever_has_a_latency_is_quicker_than_nothing() -> None:
    assert "Quicker than Buzzband: Any;" in told(Buzzband=detector(None), Any=detector(500.0))


@pytest.mark.parametrize(("false_per_min", "row"), [(0.0, "50 | 50 | 50"), (0.7, "– | – | 50"), (3.0, "– | – | –")])
def test_the_curve_has_nothing_where_more_cues_would_be_false(false_per_min: float, row: str) -> None:
    assert f"| Buzzband | {row} |" in told(Buzzband=detector(50.0, false_per_min=false_per_min))


def test_the_speed_of_the_host_is_told_beside_that_of_simulate() -> None:
    speeds = {"simulate": 2000.0, "without numba, simulate": 500.0, "other": 31.0}
    figures = {"times_real_time": speeds, "start_s": {"python, nothing": 0.01, "buzzband --help": 0.05}, "machine": "x"}
    text = results_page.section("host", {**figures, "numba": "0.68.1"})
    assert "machine code by numba 0.68.1" in text
    assert "| without numba, simulate | 500 | 0.14 | 0.25 |" in text
    assert "| buzzband --help | 50 | 5.0 |" in text
    assert "Numba is not there" in results_page.section("host", {**figures, "numba": None})


def test_a_year_of_logs_is_told_with_its_size() -> None:
    figures = {"sessions": 156, "sets": 3120, "log_bytes": 9_040_000, "seconds": {"report": 1.333}, "machine": "x"}
    text = results_page.section("year", figures)
    assert "156 sessions, 3,120 sets, 9.0 MB." in text
    assert "| report | 1.33 |" in text


def test_a_block_is_told_in_percent_of_its_10_ms_and_a_kernel_beside_its_like_in_c() -> None:
    figures = {
        "block_us": dict.fromkeys(results_page.BLOCKS, 50.0),
        "cycles": dict.fromkeys(results_page.KERNELS, 87.0),
        "c_cycles": dict.fromkeys(results_page.KERNELS, 20),
        "movement": {
            "calls_per_s": dict.fromkeys(results_page.MOVEMENT_KERNELS, 50.0),
            "cycles": dict.fromkeys(results_page.MOVEMENT_KERNELS, 2500.0),
            "c_cycles": dict.fromkeys(results_page.MOVEMENT_KERNELS, 1000.0),
            "compiler": "12.2.1",
        },
    }
    text = results_page.section("chip", {"figures": figures, "machine": "this"})
    assert "| raw samples to both envelopes | 50 | 0.50 |" in text
    assert "| mains comb, a sample | 87 | 20 | 4.3 |" in text
    assert "| tilt kept | 50.0 | 2,500 | 1,000 | 2.5 | 0.100 |" in text


def test_a_deed_is_told_beside_the_first_way_to_do_it() -> None:
    ways = {"ours": {"seconds": 2.0, "wire_bytes": 100_400}, "theirs": {"seconds": 1.0, "wire_bytes": 1_204_000}}
    sizes = dict.fromkeys(("session_bytes", "app_bytes", "piece_bytes"), 100_680)
    figures = {**sizes, "mpremote": "1.29.0", "ampy": "1.1.0", "deeds": {"fetch": ways}, "machine": "this"}
    text = results_page.section("transfers", figures)
    assert "| fetch a session of 101 KB | s | × the first | KB on the wire |" in text
    assert "| ours | 2.00 | 1.00 | 100 |" in text
    assert "| theirs | 1.00 | 0.50 | 1,204 |" in text


def test_the_app_is_told_without_an_imu_and_with_one() -> None:
    worn = {"without an IMU": {"cues": 6, "awake, %": 12.34}, "with an IMU": {"cues": 5, "awake, %": 13.0}}
    text = results_page.section("app", {"figures": {"worn": worn, "turns": {"longest": 1349}}, "machine": "this"})
    assert "| what | without an IMU | with an IMU |" in text
    assert "| awake, % | 12.3 | 13 |" in text
    assert "| longest | 1,349 |" in text
