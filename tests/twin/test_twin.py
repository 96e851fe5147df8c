"""Chip time, resets, power, and what outlives them."""

import threading
import time

import pytest

from buzzband.errors import BudgetSpent, EngineFailed
from buzzband.twin import ResetCause
from twin.bench import TwinBench, ask, wait_for_prompt


@pytest.mark.pico(0.06)
def test_chip_time_stands_still_unless_it_is_told_to_pass(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    twin.run_for(0.05)
    time.sleep(0.02)
    assert twin.chip_s == pytest.approx(0.05, abs=1e-6)


@pytest.mark.pico(0.02)
def test_files_are_there_at_boot_and_what_the_chip_writes_can_be_read(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("with open('new.txt', 'w') as file: file.write('made')", erase_ms=0)
    assert twin.files() == {"main.py": b"with open('new.txt', 'w') as file: file.write('made')", "new.txt": b"made"}


@pytest.mark.pico(0.17)
def test_flash_outlives_resets_and_cuts_of_power_and_ram_does_not(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("with open('new.txt', 'w') as file: file.write('made')\nvariable = 1", erase_ms=0)
    for restart in (twin.reset, twin.power_cycle):
        twin.serial.write(b"import os; os.remove('main.py'); variable\r")
        twin.run_for(0.05)
        restart()
        wait_for_prompt(twin)
        assert ask(twin, "open('new.txt').read()") == "'made'"
        assert "NameError" in ask(twin, "variable")


@pytest.mark.pico(0.1)
def test_the_chip_knows_why_it_started_and_so_does_the_twin(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("import machine")
    told = []
    for restart in (twin.reset, twin.power_cycle, lambda: twin.serial.write(b"machine.reset()\r")):
        restart()
        twin.run_for(0.02)
        wait_for_prompt(twin)
        told.append(ask(twin, "machine.reset_cause() == machine.WDT_RESET"))
    assert [reset.cause for reset in twin.resets] == [ResetCause.RUN_PIN, ResetCause.POWER_ON, ResetCause.PROGRAM]
    assert told == ["False", "False", "True"]


@pytest.mark.pico(0.15)
def test_a_watchdog_that_is_not_fed_bites_in_its_time(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot("from machine import WDT, reset_cause\nif reset_cause() != 3: WDT(timeout=100)")
    twin.run_for(0.13)
    (reset,) = twin.resets
    assert reset.cause is ResetCause.WATCHDOG
    assert reset.at_s == pytest.approx(0.1, abs=0.02)


@pytest.mark.pico(0.16)
def test_the_run_pin_stops_a_watchdog(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(
        "import os\nif 'started' not in os.listdir():\n open('started', 'w').close()\n "
        "from machine import WDT; WDT(timeout=100)",
        erase_ms=0,
    )
    twin.run_for(0.08)
    twin.reset()
    twin.run_for(0.06)
    assert [reset.cause for reset in twin.resets] == [ResetCause.RUN_PIN]


@pytest.mark.pico(0.04)
def test_without_power_time_stands_still_and_nothing_can_be_waited_for(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    twin.at(0.03, twin.cut)
    twin.run_for(0.05)
    assert (twin.powered, twin.chip_s) == (False, pytest.approx(0.03, abs=1e-6))
    with pytest.raises(BudgetSpent, match=r"had not come by 0\.030 s"):
        twin.wait_until(lambda: False, budget_s=1)


@pytest.mark.pico(0.05)
def test_waiting_ends_with_the_ms_in_which_it_came_true(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    reached = []
    twin.at(0.0405, lambda: reached.append(True))
    assert twin.wait_until(lambda: reached, budget_s=1) == pytest.approx(0.041, abs=1e-6)


@pytest.mark.pico(0.06)
def test_what_does_not_come_is_waited_for_no_longer_than_allowed(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    with pytest.raises(BudgetSpent, match=r"had not come by 0\.050 s"):
        twin.wait_until(lambda: False, budget_s=0.05)


@pytest.mark.pico(0.05)
def test_a_twin_spends_no_more_than_its_budget(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    with pytest.raises(BudgetSpent, match=r"its 0\.05 s"):
        twin.run_for(1)
    assert twin.chip_s == pytest.approx(0.05, abs=1e-6)


@pytest.mark.pico(0.14)
def test_a_running_twin_keeps_pace_with_the_wall_and_stops_with_its_block(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    twin.run_for(0.05)
    start = time.monotonic()
    with twin.running(pace=0.5):
        assert not twin.paused
        time.sleep(0.06)
    wall_s = time.monotonic() - start
    assert twin.paused
    assert 0.01 < twin.chip_s - 0.05 <= 0.5 * wall_s + 0.005
    assert threading.active_count() == 1


@pytest.mark.pico(0.05)
def test_what_stops_a_running_twin_is_raised_when_it_is_paused(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    twin.paused = False
    while not twin.paused:
        time.sleep(0.01)
    with pytest.raises(BudgetSpent, match="its 0"):
        twin.paused = True
    assert threading.active_count() == 1


@pytest.mark.pico(0.1)
def test_a_running_twin_can_be_handled(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    twin.run_for(0.05)
    with twin.running():
        twin.reset()
        assert "main.py" in twin.files()
        assert not twin.paused
    assert len(twin.resets) == 1


@pytest.mark.pico(0.02)
def test_a_crash_of_micropython_is_told(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(
        """
        import micropython
        @micropython.asm_thumb
        def crash():
            data(2, 0xBE00)
        crash()
        """
    )
    with pytest.raises(EngineFailed, match="crashed on the emulated Pico at 0"):
        twin.run_for(0.1)
    twin.reset()
    twin.run_for(0.001)


@pytest.mark.pico(0.12)
def test_a_processor_that_waits_for_input_sleeps(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("")
    twin.run_for(0.03)
    cycles = twin.chip.mcu.core.cycles
    twin.run_for(0.05)
    assert twin.chip.mcu.core.cycles - cycles < 10_000  # of 6 million
    assert ask(twin, "1 + 1") == "2"


@pytest.mark.pico(0.02)
def test_every_board_has_the_id_that_it_was_given(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("import machine", uid=bytes(range(8)))
    assert ask(twin, "machine.unique_id().hex()") == "'0001020304050607'"
