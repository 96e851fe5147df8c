"""The serial line: 8-bit clean both ways, nothing lost, and a chip that notices when nobody reads."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from buzzband.errors import EngineFailed
from buzzband.twin import Twin
from buzzband.twin.serial import QUEUE_MAX
from twin.bench import TwinBench, ask, wait_for

ALL_BYTES = bytes(range(256))
QUEUE = 320  # what MicroPython takes of a host that does not read: a packet of 64, and the driver's 256

ECHO = """
import micropython, select, sys
micropython.kbd_intr(-1)
while True:
    byte = sys.stdin.buffer.read(1)
    sys.stdout.buffer.write(byte)
"""

# Buffer control of endpoint 2 in: RP2040 datasheet, 4.1.2.5.
WRITER = """
import micropython, sys, time
from machine import mem32
def control():
    return mem32[0x50100090]
def write(text):
    before = control()
    sys.stdout.buffer.write(text)
    return before, control()
"""

STUBBORN = (
    WRITER
    + """
micropython.kbd_intr(-1)
sys.stdin.buffer.read(1)
start = time.ticks_ms()
taken = [sys.stdout.buffer.write(bytes([48 + n]) * 64) for n in range(6)]
took_ms, waits = time.ticks_diff(time.ticks_ms(), start), control() >> 10 & 1
micropython.kbd_intr(3)
"""
)


@contextmanager
def pty_port(twin: Twin) -> Iterator[serial.Serial]:
    with serial.Serial(twin.serial.path, timeout=60, write_timeout=60) as port:
        yield port


@contextmanager
def tcp_port(twin: Twin) -> Iterator[serial.Serial]:
    with serial.serial_for_url(f"socket://127.0.0.1:{twin.serial.tcp_port}", timeout=60) as port:
        yield port


ENDS = pytest.mark.parametrize("open_port", [pty_port, tcp_port])
OpenPort = Callable[[Twin], "contextmanager[serial.Serial]"]


@pytest.mark.pico(0.1)
@ENDS
def test_all_byte_values_pass_both_ways(twin_bench: TwinBench, open_port: OpenPort) -> None:
    twin = twin_bench.boot(ECHO, tcp_port=0)
    twin.run_for(0.03)
    with open_port(twin) as port, twin.running(pace=0.2):
        port.write(ALL_BYTES)
        assert port.read(256) == ALL_BYTES


@pytest.mark.pico(0.08)
def test_pty_and_tcp_hear_the_same(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(ECHO, tcp_port=0)
    twin.run_for(0.03)
    with pty_port(twin) as pty, tcp_port(twin) as tcp, twin.running(pace=0.2):
        time.sleep(0.02)
        pty.write(b"from the terminal, ")
        assert (pty.read(19), tcp.read(19)) == (b"from the terminal, ",) * 2
        tcp.write(b"from the network")
        assert (pty.read(16), tcp.read(16)) == (b"from the network",) * 2


@pytest.mark.pico(0.18)
@ENDS
def test_a_host_that_sends_faster_than_the_chip_takes_loses_nothing(twin_bench: TwinBench, open_port: OpenPort) -> None:
    twin = twin_bench.boot(ECHO, tcp_port=0)
    twin.run_for(0.03)
    data = os.urandom(1000).replace(b"\n", b"\r")  # MicroPython's write adds nothing to a \r
    with open_port(twin) as port, twin.running(pace=0.2):
        sender = threading.Thread(target=port.write, args=(data,))
        sender.start()
        assert port.read(len(data)) == data
        sender.join()


@pytest.mark.pico(0.08)
def test_a_packet_is_available_until_the_host_has_fetched_it(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(
        WRITER + "time.sleep_ms(50)\nbefore, after = write(b'x' * 40)\ntime.sleep_ms(1)\nlater = control()"
    )
    before, after, later = (int(ask(twin, name)) for name in ("before", "after", "later"))
    assert [control >> 10 & 1 for control in (before, after, later)] == [0, 1, 0]
    assert [control & 0x3FF for control in (after, later)] == [40, 40]


@pytest.mark.pico(0.08)
def test_after_a_full_packet_more_may_follow_even_if_none_is_available_yet(twin_bench: TwinBench) -> None:
    look = "write(b'x' * 200)\ntime.sleep_us(80)\nbetween = control()\ntime.sleep_ms(2)\nend = control()"
    twin = twin_bench.run(f"{WRITER}\ntime.sleep_ms(50)\n{look}")
    between, end = (int(ask(twin, name)) for name in ("between", "end"))
    assert (between >> 10 & 1, between & 0x3FF) == (0, 64)
    assert (end >> 10 & 1, end & 0x3FF) == (0, 200 % 64)


@pytest.mark.pico(0.74)
def test_a_host_that_does_not_read_fills_the_chips_queue_and_gets_it_all_later(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(STUBBORN)
    twin.run_for(0.05)
    twin.serial.hold = True
    twin.serial.write(b"x")
    twin.run_for(0.6)
    assert twin.serial.output == b""
    twin.serial.hold = False
    twin.run_for(0.02)
    assert twin.serial.output[:QUEUE] == b"".join(bytes([48 + n]) * 64 for n in range(5))
    assert ask(twin, "taken, took_ms, waits") == "([64, 64, 64, 64, 64, 0], 500, 1)"


@pytest.mark.pico(0.18)
def test_a_terminal_that_is_open_and_not_read_stops_the_chip_in_the_end(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot("import sys\nwhile True: sys.stdout.buffer.write(b'0123456789abcdef' * 4)")
    with pty_port(twin) as port:
        twin.wait_until(lambda: twin.chip.usb.packet_waits and not twin.chip.usb.has_room(), budget_s=0.4)
        sent = len(twin.serial.output)
        twin.run_for(0.1)
        assert len(twin.serial.output) == sent
        taken = sent - QUEUE_MAX - 64
        assert port.read(taken) == twin.serial.output[:taken]
        twin.wait_until(lambda: len(twin.serial.output) > sent, budget_s=0.1)


@pytest.mark.pico(0.07)
def test_a_port_that_nobody_has_open_does_not_stop_the_chip(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot("import sys\nwhile True: sys.stdout.buffer.write(b'0123456789abcdef' * 4)", tcp_port=0)
    twin.run_for(0.06)
    assert len(twin.serial.output) > 15_000


@pytest.mark.pico(0.03)
def test_what_a_program_left_unread_is_not_shown_to_the_next(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("")
    with pty_port(twin):
        ask(twin, "'for the first'")
    twin.run_for(0.005)
    fileno = os.open(twin.serial.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    with os.fdopen(fileno, "rb", buffering=0) as port:
        assert not port.read(100)


@pytest.mark.pico(0.08)
def test_the_port_outlives_resets_and_what_was_sent_meanwhile_arrives(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot()
    with pty_port(twin) as port:
        twin.run_for(0.05)
        twin.reset()
        port.write(b"6 * 7\r")
        wait_for(twin, b"6 * 7\r\n42\r\n")
        assert port.read_until(b"42\r\n").endswith(b"6 * 7\r\n42\r\n")


@pytest.mark.pico(0.07)
def test_the_chip_is_told_when_the_port_is_closed(twin_bench: TwinBench) -> None:
    twin = twin_bench.run(WRITER)
    assert twin.serial.dtr
    twin.serial.dtr = False
    twin.run_for(0.005)
    assert not twin.serial.dtr
    del twin.serial.output[:]
    twin.serial.write(b"'x' * 1000\r")
    twin.run_for(0.02)
    twin.serial.dtr = True
    twin.serial.write(b"\r")
    twin.run_for(0.02)
    assert 0 < len(twin.serial.output) < 300  # the driver's queue keeps the last 256 bytes


@pytest.mark.pico(0.04)
def test_a_client_that_hangs_up_makes_room_for_the_next(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot(ECHO, tcp_port=0)
    twin.run_for(0.03)
    for text in (b"first", b"second"):
        with tcp_port(twin) as port:
            port.write(text)
            wait_for(twin, text)
            assert port.read(len(text)) == text
        twin.run_for(0.001)


@pytest.mark.pico(0.02)
def test_a_tcp_port_that_is_taken_is_refused(twin_bench: TwinBench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EngineFailed, match=f"TCP port {port} cannot be used"):
            twin_bench.boot(tcp_port=port)


@pytest.mark.pico(0.02)
def test_a_closed_twin_leaves_no_file_and_no_thread_behind(twin_bench: TwinBench) -> None:
    files = Path("/proc/self/fd")
    before = len(list(files.iterdir())) if files.is_dir() else 0
    twin = twin_bench.boot(tcp_port=0)
    with tcp_port(twin), twin.running():
        time.sleep(0.02)
    twin.close()
    assert (len(list(files.iterdir())) if files.is_dir() else 0) == before
    assert threading.active_count() == 1


@pytest.mark.pico(0.05)
def test_what_was_printed_before_the_host_was_there_is_sent_when_it_is(twin_bench: TwinBench) -> None:
    twin = twin_bench.boot("print('early')")
    twin.wait_until(lambda: twin.serial.dtr, budget_s=0.03)
    since_s = twin.chip_s
    assert twin.wait_until(lambda: b"early\r\n" in twin.serial.output, budget_s=0.02) - since_s > 0.015
