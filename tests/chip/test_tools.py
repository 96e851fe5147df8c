"""Other people's tools on a band that runs: they get the prompt, and the band gets its session into flash first."""

import pytest

from buzzband.twin import ResetCause
from chip.worn import logs
from twin.test_tools import ampy, mpremote


@pytest.mark.pico(2.9)
def test_mpremote_gets_in_reads_writes_and_starts_the_band_again(twin, recording) -> None:
    worn = twin((), recording.contractions(1).settings, pty=True)
    worn.wait_until(lambda: worn.emg.samples_fed > 4800 * 0.2, 2.5)
    assert "log" in mpremote(worn, "ls")
    (log,) = logs(worn)
    assert log.end is not None
    assert log.end.name == "host"
    assert worn.resets == ()
    listed = "import os; print([name for name in os.listdir() if name in ('a', 'a.app')])"
    assert mpremote(worn, "exec", listed) == "['a.app']\n"  # the app's slot is mounted no more
    assert not worn.motor.high
    mpremote(worn, "reset")
    worn.wait_until(lambda: worn.resets, 0.2)
    assert worn.resets[-1].cause is ResetCause.PROGRAM


@pytest.mark.long
@pytest.mark.pico(2.9)
def test_ampy_gets_in_too(twin, recording) -> None:
    worn = twin((), recording.contractions(1).settings, pty=True)
    worn.wait_until(lambda: worn.emg.samples_fed > 4800 * 0.2, 2.5)
    assert "/settings.json" in ampy(worn, "ls")
    assert '"mains_hz"' in ampy(worn, "get", "settings.json")
    assert worn.resets == ()
