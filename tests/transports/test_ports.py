"""Which serial ports there are, and which is the band's."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable

import pytest
from serial.tools.list_ports_common import ListPortInfo

from buzzband.errors import NoBoard, SeveralBoards
from buzzband.transports import ports
from buzzband.transports.ports import Port

PICO = (0x2E8A, 0x0005)
BOOTLOADER = (0x2E8A, 0x0003)
ARDUINO = (0x2341, 0x0043)

Plug = Callable[[Iterable[ListPortInfo]], None]


def info(path: str, usb: tuple[int, int] | None = None, serial_number: str | None = None) -> ListPortInfo:
    made = ListPortInfo(path)
    if usb:
        made.vid, made.pid = usb
        made.serial_number, made.product, made.location = serial_number, "Board in FS mode", "1-2"
    return made


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Makes these the ports there are."""

    def plugged(infos: Iterable[ListPortInfo]) -> None:
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda: list(infos))

    return plugged


def test_the_one_board_with_micropython_is_found(plug: Plug) -> None:
    plug([info("/dev/ttyS0"), info("/dev/ttyACM1", PICO, "E66"), info("/dev/ttyACM0", ARDUINO)])
    assert ports.find_port() == "/dev/ttyACM1"


@pytest.mark.parametrize("usb", [BOOTLOADER, ARDUINO, None])
def test_anything_else_is_no_board(plug: Plug, usb: tuple[int, int] | None) -> None:
    plug([info("/dev/ttyACM0", usb)])
    with pytest.raises(NoBoard, match="/dev/ttyACM0"):
        ports.find_port()


def test_without_any_port_there_is_no_board(plug: Plug) -> None:
    plug([])
    with pytest.raises(NoBoard) as caught:
        ports.find_port()
    assert str(caught.value) == "No board with MicroPython is plugged in."


def test_several_boards_are_listed_with_what_tells_them_apart_and_the_option_that_chooses(plug: Plug) -> None:
    plug([info("/dev/ttyACM1", PICO, "E662"), info("/dev/ttyACM0", PICO, "E661"), info("/dev/ttyS0")])
    with pytest.raises(SeveralBoards) as caught:
        ports.find_port()
    assert str(caught.value).splitlines() == [
        "There are 2 boards with MicroPython:",
        "  --port /dev/ttyACM0, Board in FS mode, serial number E661, USB 1-2",
        "  --port /dev/ttyACM1, Board in FS mode, serial number E662, USB 1-2",
    ]


def test_a_board_is_found_again_by_its_serial_number(plug: Plug) -> None:
    plug([info("/dev/ttyACM0", PICO, "E661")])
    serial_number = ports.serial_number_of("/dev/ttyACM0")
    plug([info("/dev/ttyACM0", PICO, "E662"), info("/dev/ttyACM7", PICO, "E661")])
    assert ports.path_of(serial_number) == "/dev/ttyACM7"


def test_a_port_without_a_serial_number_is_nowhere_to_be_found_again(plug: Plug) -> None:
    plug([info("/dev/ttyS0"), info("/dev/ttyS1")])
    assert ports.serial_number_of("/dev/ttyS0") == ""
    assert ports.serial_number_of("/dev/pts/7") == ""
    assert ports.path_of("") is None
    assert ports.path_of("E661") is None


def test_what_a_device_says_about_itself_is_one_printable_line(plug: Plug) -> None:
    plug([info("/dev/ttyACM0", PICO, "E66\x1b[2J\n\u202e" + "9" * 500)])
    (found,) = ports.all_ports()
    assert found.serial_number.isprintable()
    assert len(found.serial_number) <= 64


def test_a_port_says_what_it_knows() -> None:
    assert str(Port("COM3")) == "COM3"


@pytest.mark.parametrize("error", [OSError("gone"), TypeError("int() argument"), ValueError("invalid literal")])
def test_a_device_that_goes_while_it_is_looked_at_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    results = iter([error, [info("/dev/ttyACM0", PICO)]])

    def comports() -> list[ListPortInfo]:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr("serial.tools.list_ports.comports", comports)
    assert ports.find_port() == "/dev/ttyACM0"


def test_a_system_that_cannot_tell_its_ports_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def comports() -> list[ListPortInfo]:
        raise OSError("no sysfs")

    monkeypatch.setattr("serial.tools.list_ports.comports", comports)
    with pytest.raises(NoBoard, match="no sysfs"):
        ports.all_ports()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")  # noqa: PTH112
def test_the_program_that_holds_a_port_is_named(pty_path: str) -> None:
    script = "import sys; port = open(sys.argv[1], 'rb', 0); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, pty_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        assert ports.holder_of(pty_path).endswith(f"(process {holder.pid})")
        assert ports.holder_of("/dev/null/nothing") == ""
        holder.communicate(b"")
    assert ports.holder_of(pty_path) == ""
