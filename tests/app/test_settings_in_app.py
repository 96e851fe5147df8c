"""Settings on a band that goes on with its work: when a change counts, and files that no band may die of."""

import numpy as np
import pytest

from app.bench import band, contractions, link_to, logs, only_log, rest
from buzzband.engines.band import RUNNING, VirtualBand
from buzzband.services.config import BandStore, change
from buzzband_fw.link import messages
from buzzband_fw.store.schema import parse
from store.mutations import KINDS, mutated

SETS_S = 8  # three contractions and the rests around them
NEVER = 2000  # permille: no muscle reaches that
FILES = 40
SPOILT = list(mutated(FILES, seed=7))
ALIVE = (messages.IDLE, messages.CALIBRATING, messages.WARMING_UP, messages.RUNNING)


def set_over_the_link(virtual: VirtualBand, **changes: object) -> None:
    done = change(BandStore(link_to(virtual), "band"), changes)
    assert {one.name for one in done.changes} == set(changes)


def targets(virtual: VirtualBand) -> list[int]:
    return [log.header["settings"]["target_permille"] for log in logs(virtual)]


def cues(virtual: VirtualBand) -> list[int]:
    return [len(log.cues) for log in logs(virtual)]


def test_a_target_that_is_set_while_idle_is_that_of_the_next_session():
    raw = np.concatenate([rest(4), contractions(3)])
    with band(raw, changes={"autostart": False}) as virtual:
        virtual.run_for(1)
        assert virtual.app.band.state == messages.IDLE
        set_over_the_link(virtual, target_permille=NEVER)
        virtual.press()
        virtual.run_for(SETS_S + 3)
        virtual.press()
        assert (targets(virtual), cues(virtual), virtual.motor) == ([NEVER], [0], ())


def test_a_target_that_is_set_in_a_session_counts_from_the_next_one_on():
    raw = np.concatenate([contractions(3), contractions(3)])
    with band(raw) as virtual:
        virtual.run_for(1)
        set_over_the_link(virtual, target_permille=NEVER)
        virtual.run_for(SETS_S - 1)
        assert virtual.app.band.state == messages.RUNNING
        assert virtual.app.band.cues == len(virtual.motor) == 3
        virtual.press()
        virtual.press()
        virtual.run_for(SETS_S)
        virtual.press()
        assert targets(virtual) == [500, NEVER]
        assert cues(virtual) == [3, 0]


def test_a_mode_and_an_exercise_that_are_set_while_idle_are_those_of_the_next_session():
    with band(changes={"autostart": False}) as virtual:
        virtual.run_for(1)
        before = virtual.app.muscle.cue.mode
        set_over_the_link(virtual, mode="hold", exercise="squat")
        assert virtual.app.muscle.cue.mode is before
        virtual.press()
        assert type(virtual.app.muscle.cue.mode).__module__.endswith("modes.hold")
        assert virtual.app.movement.sets.exercise.name == "squat"


def test_a_change_in_a_session_leaves_what_the_session_goes_by():
    with band(contractions(1)) as virtual:
        virtual.run_until(lambda: virtual.app and virtual.app.band.cues, 5)
        mode, sets = virtual.app.muscle.cue.mode, virtual.app.movement.sets
        set_over_the_link(virtual, mode="silent", exercise="squat", target_permille=600)
        virtual.run_for(1)
        assert (virtual.app.muscle.cue.mode, virtual.app.movement.sets) == (mode, sets)
        virtual.press()
        assert only_log(virtual).header["settings"]["exercise"] == "custom"


@pytest.mark.parametrize("data", SPOILT, ids=[str(number) for number in range(FILES)])
def test_no_settings_file_makes_a_dead_band(tmp_path, data):
    (tmp_path / "settings.json").write_bytes(data)
    with VirtualBand(rest(1), folder=tmp_path) as virtual:
        virtual.run_for(1.5)
        link = link_to(virtual)
        assert link.hello().protocol == messages.PROTOCOL
        status = link.status()
        told = link.config()
        assert (virtual.state, virtual.resets) == (RUNNING, [])
        assert status.state in ALIVE
        assert bool(status.faults & messages.BAD_SETTINGS) == bool(told.problems)
        assert ("file" in told.problems) == (parse(data) is None)
        assert "crash.txt" not in virtual.files()


def test_the_files_that_a_band_is_started_with_are_of_all_kinds():
    assert len(KINDS) <= FILES
    assert {parse(data) is None for data in SPOILT} == {True, False}


def test_a_target_that_is_set_in_a_session_is_not_what_its_reps_are_judged_by():
    raw = np.concatenate([contractions(4, on_s=1.5), rest(22)])
    with band(raw, changes={"mode": "silent", "ask_felt": True}) as virtual:
        virtual.run_until(lambda: virtual.app and virtual.app.muscle.word, 5)
        set_over_the_link(virtual, target_permille=NEVER, ask_felt=False)
        virtual.play()
        (answer,) = only_log(virtual).answers
    assert answer.actual == 4
