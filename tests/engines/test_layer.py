"""The machine layer: simulated time, and what the firmware finds around the chip."""

import errno

import pytest

from buzzband.engines.layer.adc import LOOK_US
from buzzband.engines.layer.world import NO_POWER, RUN_PIN, SOFTWARE, WATCHDOG, ChipReset
from buzzband_fw.hal import pins
from engines.layer_bench import CLEAR, CONTROL, CS, DIV, FCS, IN_BUFFER, LOAD, RING_SAMPLES, SCRATCH, BareWorld

TICK_US = 2000
MARGIN_US = 200  # of hal/doze.py


def ticking(**options):
    world = BareWorld(**options)
    world.machine.Timer().init(mode=1, period=TICK_US, tick_hz=1_000_000, callback=lambda _: None)
    return world


# Samples


@pytest.mark.parametrize("us", [208, 209, 9_999, 10_000, 1_000_000, 12_345_678])
def test_samples_come_at_exactly_4800_a_second(us):
    world = BareWorld()
    world.start_sampling()
    since_us = world.converter.since_us
    world.spend(us - LOOK_US - (world.now_us - since_us))
    assert world.taken() == us * 48 // 10_000


def test_the_ring_holds_the_recording_and_then_mid_scale():
    world = BareWorld(codes=list(range(1, 101)))
    world.start_sampling()
    world.spend(50_000)
    assert world.taken() > 200
    assert world.ring[:101].tolist() == [*range(1, 101), 2048]
    assert world.ring[world.taken() + 1] == 0


def test_the_ring_wraps():
    world = BareWorld(codes=list(range(20_000)))
    world.start_sampling()
    world.spend(4_000_000)
    taken = world.taken()
    assert taken > RING_SAMPLES
    assert world.ring[(taken - 1) % RING_SAMPLES] == taken - 1
    assert world.ring[taken % RING_SAMPLES] == taken - RING_SAMPLES


def test_a_chip_that_starts_anew_goes_on_where_the_recording_was():
    world = BareWorld(codes=list(range(20_000)))
    world.start_sampling()
    world.spend(1_000_000)
    before = world.taken()
    world.die(RUN_PIN)
    world.boot(cold=True)
    world.start_sampling()
    world.spend(1000)
    world.taken()
    assert world.ring[0] == before


def test_without_its_dma_the_converter_writes_nothing():
    world = BareWorld(codes=[7] * 1000)
    world.start_sampling()
    world.dma.active(0)
    world.dma.close()
    before = world.ring[:500].tolist()
    world.spend(50_000)
    world.machine.mem32[CS] = 1
    assert world.ring[:500].tolist() == before


@pytest.mark.parametrize("wrong", [{"size": 2}, {"inc_read": True}, {"ring_sel": False}, {"treq_sel": 35}])
def test_a_dma_that_would_do_something_else_is_not_modelled(wrong):
    with pytest.raises(NotImplementedError):
        BareWorld().start_sampling(CONTROL | wrong)


def test_a_dma_that_wraps_elsewhere_than_the_ring_ends_is_an_error():
    with pytest.raises(ValueError, match="ring"):
        BareWorld().start_sampling(CONTROL | {"ring_size": 14})


@pytest.mark.parametrize("supply_mv", [1800, 3000, 4200, 5500])
def test_the_supply_is_read_as_the_board_divides_it(supply_mv):
    world = BareWorld(supply_mv=supply_mv)
    adc = world.machine.ADC(world.machine.Pin(pins.VSYS))
    assert adc.read_u16() * 3 * 3300 / 65535 == pytest.approx(supply_mv, abs=4)


def test_a_single_conversion_while_samples_are_taken_is_an_error():
    world = BareWorld()
    world.start_sampling()
    with pytest.raises(NotImplementedError, match="channel"):
        world.machine.ADC(world.machine.Pin(pins.VSYS)).read_u16()


def test_no_other_channel_is_read_sample_by_sample():
    world = BareWorld()
    with pytest.raises(NotImplementedError):
        world.machine.ADC(world.machine.Pin(pins.EMG)).read_u16()


TURNS = 9 | 3 << 16


def test_two_channels_take_turns_and_each_conversion_finds_the_sample_of_its_time():
    world = BareWorld(codes=list(range(1000, 2000)), other=list(range(3000, 4000)))
    world.start_sampling(cs=TURNS)
    world.spend(20_000)
    assert world.taken() > 90
    assert world.ring[:90].tolist() == [n + (3000 if n % 2 else 1000) for n in range(90)]


def test_a_sample_lost_to_a_full_fifo_puts_two_channels_out_of_step_until_sampling_starts_anew():
    world = BareWorld(codes=[1] * 1000, other=[2] * 1000)
    world.start_sampling(cs=TURNS)
    world.spend(5_000)
    before = world.taken()
    world.converter.overflow(1)
    world.spend(5_000)
    world.machine.mem32[CS] = 1
    taken = world.taken()
    world.machine.mem32[CS] = TURNS | (taken & 1) << 12
    world.spend(5_000)
    after = world.taken()
    in_step = [code == (2 if n % 2 else 1) for n, code in enumerate(world.ring[:after])]
    assert in_step == [not before <= n < taken for n in range(after)]
    assert world.converter.fed == after + 1


def test_blocks_are_due_where_the_ring_is_full_though_sampling_started_anew_within_one():
    world = BareWorld()
    world.start_sampling()
    world.spend(5_000)
    world.machine.mem32[CS] = 1
    world.spend(100)
    world.machine.mem32[CS] = 9
    world.taken()
    world.spend(world.converter.block_due_us() - world.now_us - 9)
    assert world.taken() == 48


def test_other_turns_than_those_of_channels_0_and_1_are_not_modelled():
    with pytest.raises(NotImplementedError, match="in turn"):
        BareWorld().start_sampling(cs=9 | 5 << 16)


def test_a_fifo_that_overflowed_says_so_until_it_is_told_that_this_is_known():
    world = BareWorld()
    world.schedule(10, "fifo_overflow", True)
    world.spend(20)
    assert world.machine.mem32[FCS] & 1 << 11
    world.machine.mem32[FCS] = 3 << 10
    assert not world.machine.mem32[FCS] & 1 << 11


# Time


def test_every_call_into_the_layer_takes_a_little():
    world = BareWorld()
    before_us = world.now_us
    while world.time.ticks_ms() < 3:
        pass
    assert 2900 < world.now_us - before_us < 3100


def test_the_clocks_count_modulo_2_to_the_30():
    world = BareWorld(uptime_us=(1 << 30) - 10)
    before = world.time.ticks_us()
    after = world.time.ticks_us()
    world.spend(20)
    assert before > after or world.time.ticks_us() < 100
    assert world.time.ticks_diff(world.time.ticks_us(), before) > 0
    assert world.time.ticks_add(before, 20) < 100


def test_sleep_ends_with_a_tick_of_the_timer():
    world = ticking()
    start_us = world.now_us
    for us, ticks in ((100, 1), (1900, 2), (2100, 4), (-50, 5)):
        tick_us = [world.time.ticks_add(world.time.ticks_us(), us + MARGIN_US)]
        world.micropython.asm_thumb(None)(tick_us)
        assert world.now_us == start_us + ticks * TICK_US


def test_a_tick_that_is_past_gives_way_to_the_first_that_is_to_come():
    world = ticking()
    before = world.time.ticks_us()
    tick_us = [world.time.ticks_add(before, -12_000)]
    world.micropython.asm_thumb(None)(tick_us)
    assert world.time.ticks_diff(tick_us[0], before) == 8_000
    assert world.time.ticks_diff(world.time.ticks_us(), before) >= 8_000 - MARGIN_US


def test_sleep_calls_the_timers_callback():
    world, called = BareWorld(), []
    world.machine.Timer().init(mode=1, period=TICK_US, tick_hz=1_000_000, callback=called.append)
    world.sleep(100)
    assert len(called) == 1


def test_sleep_passes_over_the_ticks_before_the_next_block_where_nobody_acts():
    world = ticking()
    world.start_sampling()
    world.taken()
    world.sleep(100)
    assert 10_000 <= world.now_us < 10_000 + 2 * TICK_US


@pytest.mark.parametrize("act", ["motor", "host", "every_tick"])
def test_sleep_ends_with_the_next_tick_where_somebody_acts(act):
    world = ticking(every_tick=act == "every_tick")
    world.start_sampling()
    world.taken()
    if act == "motor":
        world.gpio.drive(1)
    if act == "host":
        world.usb.receive(b"x")
    world.sleep(100)
    assert world.now_us <= TICK_US + 100


def test_sleep_that_nothing_would_end_is_an_error():
    world = ticking()
    world.machine.Timer().deinit()
    with pytest.raises(NotImplementedError, match="timer"):
        world.sleep(100)


def test_a_stall_takes_the_chip_for_so_long_and_no_longer():
    world = ticking()
    world.schedule(5000, "stall", 30)
    world.spend(4990)
    world.spend(20)
    assert world.now_us == 35_000
    world.spend(20)
    assert world.now_us == 35_020


def test_events_happen_at_their_time_whatever_the_chip_does():
    world = BareWorld()
    button = world.machine.Pin(pins.BUTTON, world.machine.Pin.IN, world.machine.Pin.PULL_UP)
    world.schedule(5000, "press", 10)
    world.spend(4990)
    assert button.value() == 1
    world.spend(20)
    assert button.value() == 0
    world.spend(10_000)
    assert button.value() == 1


def test_an_event_that_nobody_knows_is_an_error():
    world = BareWorld()
    world.schedule(10, "earthquake", 9)
    with pytest.raises(ValueError, match="earthquake"):
        world.spend(20)


# Watchdog and resets


def test_the_watchdog_restarts_a_chip_that_does_not_feed_it():
    world = BareWorld()
    world.machine.WDT(timeout=100)
    start_us = world.now_us
    with pytest.raises(ChipReset, match=WATCHDOG):
        world.spend(1_000_000)
    assert world.now_us == start_us + 100_000


def test_the_watchdog_counts_twice_a_microsecond():
    world = BareWorld()
    world.machine.WDT(timeout=100)
    world.machine.mem32[LOAD] = 500 * 2000
    world.spend(499_000)
    with pytest.raises(ChipReset, match=WATCHDOG):
        world.spend(1100)


def test_a_watchdog_that_was_stopped_does_nothing():
    world = BareWorld()
    world.machine.WDT(timeout=100)
    world.machine.mem32[CLEAR] = 1 << 30
    world.spend(1_000_000)
    assert world.alive


def test_a_reset_stops_the_motor_and_lets_the_pins_float():
    world = BareWorld()
    pwm = world.machine.PWM(world.machine.Pin(pins.MOTOR), freq=21600, duty_u16=0)
    pwm.duty_u16(1000)
    world.machine.Pin(pins.LED, world.machine.Pin.OUT, value=1)
    with pytest.raises(ChipReset, match=SOFTWARE):
        world.machine.reset()
    assert not world.gpio.motor_on
    assert world.gpio.edges[-1][1:] == (pins.LED, 0)


def test_what_still_runs_after_a_reset_can_do_nothing():
    world = BareWorld()
    world.die(NO_POWER)
    for act in (
        lambda: world.machine.Pin(pins.LED, 1, value=1),
        lambda: world.machine.PWM(world.machine.Pin(pins.MOTOR), freq=1, duty_u16=5),
        lambda: world.time.ticks_us(),
        lambda: world.usb.write(b"x", 1),
        lambda: world.flash.open("x", "w"),
    ):
        with pytest.raises(ChipReset, match=NO_POWER):
            act()
    assert world.gpio.duties == []


def test_the_scratch_register_outlives_a_reset_and_no_loss_of_power():
    world = BareWorld()
    world.machine.mem32[SCRATCH] = 77
    world.die(WATCHDOG)
    world.boot(cold=False)
    assert world.machine.mem32[SCRATCH] == 77
    world.die(NO_POWER)
    world.boot(cold=True)
    assert world.machine.mem32[SCRATCH] == 0


def test_the_chips_clock_starts_anew_with_every_boot():
    world = BareWorld()
    world.spend(5_000_000)
    world.die(WATCHDOG)
    world.boot(cold=False)
    assert world.time.ticks_ms() == 0


@pytest.mark.parametrize("address", [DIV, 0x40000000])
def test_a_register_that_is_not_there_cannot_be_read(address):
    with pytest.raises(NotImplementedError, match="register"):
        BareWorld().machine.mem32[address]


@pytest.mark.parametrize(("address", "value"), [(0x40000000, 1), (CLEAR, 3)])
def test_nor_can_it_be_written(address, value):
    with pytest.raises(NotImplementedError, match="register"):
        BareWorld().machine.mem32[address] = value


# Pins


def test_a_button_without_its_pull_up_reads_low():
    world = BareWorld()
    assert world.machine.Pin(pins.BUTTON, world.machine.Pin.IN).value() == 0


def test_an_output_reads_what_was_written():
    world = BareWorld()
    pin = world.machine.Pin(pins.LED, world.machine.Pin.OUT, value=1)
    assert pin.value() == 1


def test_a_motor_pin_that_is_simply_high_drives_the_motor_too():
    world = BareWorld()
    world.machine.Pin(pins.MOTOR, world.machine.Pin.OUT, value=1)
    assert world.gpio.motor_on


def test_nothing_but_the_motor_is_driven_by_pwm():
    world = BareWorld()
    with pytest.raises(NotImplementedError):
        world.machine.PWM(world.machine.Pin(pins.LED), freq=1, duty_u16=0)


# The serial port


def test_bytes_from_the_host_are_read_in_order():
    world, got = BareWorld(), bytearray(1)
    world.usb.receive(b"ab")
    world.usb.receive(b"c")
    found = b""
    while [*world.usb.ipoll(0)]:
        world.usb.readinto(got, 1)
        found += got
    assert found == b"abc"


def test_a_read_that_would_wait_is_an_error():
    with pytest.raises(NotImplementedError, match="wait"):
        BareWorld().usb.readinto(bytearray(1), 1)


def test_a_packet_waits_until_the_host_has_fetched_it():
    world = BareWorld()
    world.usb.write(bytes(100), 100)
    assert world.machine.mem16[IN_BUFFER] & 1 << 10
    world.spend(200)
    assert not world.machine.mem16[IN_BUFFER] & 1 << 10
    assert len(world.usb.sent) == 100


def test_a_host_that_does_not_read_gets_what_fits_the_queue_when_it_does():
    world = BareWorld()
    world.usb.let_read(False)
    world.usb.write(bytes(200), 200)
    before_us = world.now_us
    world.usb.write(bytes(200), 200)
    assert world.now_us - before_us > 500_000
    assert world.machine.mem16[IN_BUFFER] & 1 << 10
    assert len(world.usb.sent) == 0
    world.usb.let_read(True)
    assert len(world.usb.sent) == 256


# Flash


def test_a_file_holds_what_was_flushed(tmp_path):
    world = BareWorld(tmp_path)
    file = world.flash.open("a.txt", "w")
    file.write("kept")
    file.flush()
    file.write(b"lost forever", 4)
    assert (tmp_path / "a.txt").read_text() == "kept"
    file.close()
    assert (tmp_path / "a.txt").read_text() == "keptlost"


def test_an_older_file_stays_until_the_first_commit(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    world = BareWorld(tmp_path)
    with world.flash.open("/a.txt", "w") as file:
        file.write("new")
        assert (tmp_path / "a.txt").read_text() == "old"
    assert (tmp_path / "a.txt").read_text() == "new"


def test_a_commit_takes_its_time_in_which_samples_go_on(tmp_path):
    world = BareWorld(tmp_path, erase_ms=400)
    file = world.flash.open("a.txt", "w")
    world.start_sampling()
    file.write("x")
    before = world.taken()
    file.flush()
    assert world.taken() - before == pytest.approx(1920, abs=2)
    ((start_us, end_us),) = world.flash.touched
    assert end_us - start_us == 400_000


def test_a_file_goes_on_where_it_ended_and_can_be_removed(tmp_path):
    world = BareWorld(tmp_path)
    for text in ("one ", "two"):
        file = world.flash.open("a.txt", "ab")
        file.write(text)
        file.close()
    assert (tmp_path / "a.txt").read_text() == "one two"
    assert [name for (name,) in world.flash.ilistdir("")] == ["a.txt"]
    world.flash.remove("a.txt")
    assert list(world.flash.ilistdir("")) == []
    with pytest.raises(OSError, match=r"a\.txt"):
        world.flash.remove("a.txt")


def test_a_flush_of_nothing_takes_no_time(tmp_path):
    world = BareWorld(tmp_path)
    file = world.flash.open("a.txt", "wb")
    before_us = world.now_us
    file.flush()
    file.close()
    assert world.now_us == before_us


def test_power_that_fails_in_a_commit_takes_what_it_was_to_keep(tmp_path):
    world = BareWorld(tmp_path, erase_ms=100)
    file = world.flash.open("a.txt", "w")
    file.write("x")
    world.machine.WDT(timeout=50)
    with pytest.raises(ChipReset):
        file.flush()
    assert (tmp_path / "a.txt").read_text() == ""


def test_what_does_not_fit_is_refused_and_what_was_there_stays(tmp_path):
    world = BareWorld(tmp_path, free_bytes=100)
    file = world.flash.open("a.txt", "wb")
    file.write(bytes(60))
    file.flush()
    file.write(bytes(60))
    with pytest.raises(OSError) as raised:
        file.flush()
    assert raised.value.args[0] == errno.ENOSPC
    assert (tmp_path / "a.txt").stat().st_size == 60
    assert world.flash.free_bytes == 40


def test_a_flash_that_fails_raises_its_errno(tmp_path):
    world = BareWorld(tmp_path)
    world.schedule(10, "flash_error", errno.EIO)
    with pytest.raises(OSError) as raised:
        world.os.mkdir("log")
    assert raised.value.args[0] == errno.EIO


def test_the_file_system_tells_its_free_blocks(tmp_path):
    found = BareWorld(tmp_path, free_bytes=10_000).os.statvfs(".")
    assert found[0] * found[3] == 8192


def test_folders_and_sizes_are_those_of_the_host(tmp_path):
    world = BareWorld(tmp_path)
    world.os.mkdir("log")
    (tmp_path / "log" / "a").write_bytes(bytes(7))
    assert world.os.listdir() == ["log"]
    assert world.os.listdir("/log") == ["a"]
    assert world.os.stat("log/a")[6] == 7
    with world.flash.open("log/a", "rb") as file:
        assert file.read() == bytes(7)


def test_random_bytes_are_the_same_in_every_run():
    assert BareWorld().os.urandom(8) == BareWorld().os.urandom(8) != BareWorld(seed=2).os.urandom(8)


def test_a_traceback_goes_to_the_console_if_to_no_file():
    world = BareWorld()
    world.console.print_exception(ValueError("x"))
    assert world.console.printed == ["ValueError('x')"]
