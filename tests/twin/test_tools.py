"""mpremote and ampy work on the twin as on a board."""

import subprocess
import sys
from pathlib import Path

import pytest

from buzzband.twin import Twin
from twin.bench import TwinBench

PACE = 0.02  # chip time is dear, and the tools wait mostly for themselves


def tool(twin: Twin, *command: str) -> str:
    """Run a tool while the twin runs, and return what it printed."""
    with twin.running(pace=PACE):
        done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def mpremote(twin: Twin, *arguments: str) -> str:
    return tool(twin, "mpremote", "connect", twin.serial.path, *arguments)


def ampy(twin: Twin, *arguments: str) -> str:
    return tool(twin, "ampy.cli", "--port", twin.serial.path, *arguments)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "hello.py"
    path.write_text("print('hello')\n")
    return path


@pytest.mark.pico(0.17)
def test_mpremote_lists_copies_reads_and_runs(twin_bench: TwinBench, source: Path) -> None:
    twin = twin_bench.run("", erase_ms=0)
    assert "hello.py" in mpremote(twin, "cp", str(source), ":hello.py", "+", "ls")
    assert twin.files()["hello.py"] == b"print('hello')\n"
    assert mpremote(twin, "cat", ":hello.py") == "print('hello')\n"
    assert mpremote(twin, "exec", "import hello", "+", "run", str(source)) == "hello\nhello\n"


@pytest.mark.pico(0.09)
def test_mpremote_gets_through_over_tcp(twin_bench: TwinBench) -> None:
    twin = twin_bench.run("", pty=False, tcp_port=0)
    assert twin.serial.path == ""
    address = f"socket://127.0.0.1:{twin.serial.tcp_port}"
    assert tool(twin, "mpremote", "connect", address, "exec", "print(6 * 7)") == "42\n"


@pytest.mark.pico(0.36)
def test_ampy_lists_copies_reads_and_runs(twin_bench: TwinBench, source: Path, tmp_path: Path) -> None:
    twin = twin_bench.run("", erase_ms=0)
    ampy(twin, "put", str(source), "there.py")
    assert twin.files()["there.py"] == b"print('hello')\n"
    assert ampy(twin, "ls") == "/main.py\n/there.py\n"
    ampy(twin, "get", "there.py", str(tmp_path / "back.py"))
    assert (tmp_path / "back.py").read_text() == "print('hello')\n"
    assert ampy(twin, "run", str(source)) == "hello\n"
