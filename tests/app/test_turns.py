"""Turns: the processor sleeps when it can, and does not when blocks wait."""

import pytest

from app.bench import band, replace, rest
from buzzband_fw.core.chain import BLOCK_RAW


def count_sleeps(counted):
    def counting(until_tick):
        def sleep(self):
            counted.append(1)
            until_tick(self)

        return sleep

    return replace("buzzband_fw.hal.doze", "Doze", "until_tick", counting)


def test_while_nobody_speaks_it_sleeps_once_for_each_block():
    sleeps = []
    with band(patches=count_sleeps(sleeps), every_tick=True) as virtual:
        virtual.run_for(0.5)
        blocks = virtual.app.muscle.blocks
        sleeps.clear()
        virtual.run_for(1)
        assert len(sleeps) == pytest.approx(virtual.app.muscle.blocks - blocks, abs=1)


def test_after_a_stall_all_blocks_are_worked_through_before_it_sleeps_again():
    with band(rest(3), script=[(2.0, "stall", 400)]) as virtual:
        virtual.run_for(2.43)
        assert virtual.world.converter.fed - BLOCK_RAW * virtual.app.muscle.blocks < 2 * BLOCK_RAW


def test_the_activation_of_a_later_session_is_noted_after_even_blocks_too():
    noted = []

    def noting(note):
        def activation(self, *given):
            noted.append(virtual.app.muscle.blocks)
            note(self, *given)

        return activation

    with band(rest(9), patches=replace("buzzband_fw.store.recorder", "Recorder", "activation", noting)) as virtual:
        for pause_s in (1.0, 0.505, 0.51, 0.515):  # a session begins and ends after even and odd blocks
            virtual.run_for(pause_s)
            virtual.press()
    assert len(noted) > 100
    assert not any(blocks & 1 for blocks in noted)
