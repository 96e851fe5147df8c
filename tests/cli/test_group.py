"""``buzzband`` itself: help, version, how it fails, completion."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

import buzzband
import buzzband_fw
from buzzband.cli import group, main
from buzzband.cli.group import COMMANDS
from buzzband.errors import BuzzbandError, NoBoard, PortBusy, SelftestFailed
from buzzband.services import versions
from buzzband.transports.drives import Drive
from buzzband.transports.ports import Port
from cli.builders import run, subprocess_run
from cli.error_tree import classes
from transports.fake_band import FakeBand

Failing = Callable[[BaseException], None]


def every_command() -> Iterator[tuple[str, ...]]:
    """The words that lead to each command and each of its subcommands."""
    return _below((), main)


def _below(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[str, ...]]:
    if words:
        yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from _below((*words, name), found)


def command_of(words: tuple[str, ...]) -> click.Command:
    found: click.Command = main
    for word in words:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word) or pytest.fail(word)
    return found


ALL = tuple(every_command())
TELLING = [words for words in ALL if not isinstance(command_of(words), click.Group) and words != ("completion",)]


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command_with_what_it_does(option: str) -> None:
    result = run(option)
    assert result.exit_code == 0
    listed = dict(
        re.findall(r"^  (\w+) +(\w.*)$", result.stdout.split("Commands:")[1].split("Exit codes")[0], re.MULTILINE)
    )
    assert list(listed) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_lists_a_command_by_the_first_sentence_of_its_own(command: str) -> None:
    assert click.Command(None, help=COMMANDS[command]).get_short_help_str(200) == command_of(
        (command,)
    ).get_short_help_str(200)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(words: tuple[str, ...], option: str) -> None:
    result = run(*words, option)
    assert result.exit_code == 0
    assert f"Usage: main {' '.join(words)}" in result.stdout


@pytest.mark.parametrize("words", TELLING, ids=" ".join)
def test_every_command_that_tells_something_has_json(words: tuple[str, ...]) -> None:
    assert "--json" in run(*words, "--help").stdout


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_option_says_what_it_is_for(words: tuple[str, ...]) -> None:
    for option in command_of(words).params:
        assert isinstance(option, click.Argument) or getattr(option, "help", None), option.name


def test_the_version_is_that_of_the_package_and_of_the_app_that_it_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "all_ports", lambda: ())
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"buzzband {buzzband.__version__}, on Python 3.")
    assert result.stdout.endswith(f", with app {buzzband_fw.__version__}\n")


def test_the_version_tells_what_runs_on_the_bands_that_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    band = FakeBand()
    there = {"/dev/ttyFAKE0": band}
    found = (Port("/dev/ttyFAKE0", True), Port("/dev/ttyFAKE1", True), Port("/dev/ttyUSB0", False))

    @contextmanager
    def opened(path: str) -> Iterator[object]:
        if path not in there:
            raise PortBusy(f"{path} is in use.")
        yield there[path]

    monkeypatch.setattr(versions, "all_ports", lambda: found)
    monkeypatch.setattr(versions, "open_port", opened)
    lines = run("--version").stdout.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"band [0-9a-f]{16} at /dev/ttyFAKE0: app [0-9.]+, MicroPython [0-9.]+", lines[1])


HEAVY = {"numpy", "matplotlib", "h5py", "rich", "edfio", "jinja2", "mpremote", "rp2040py"}


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("option", ["--help", "--no-such-option"])
def test_help_and_a_wrong_option_wait_for_nothing_heavy(command: str, option: str) -> None:
    words = [word for word in (command, option) if word]
    then = "finally: print(*sys.modules, file=sys.stderr)"
    code = f"import sys; from buzzband.cli import main\ntry: main({words!r})\n{then}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=120)
    assert done.returncode == (0 if option == "--help" else 2)
    assert HEAVY.isdisjoint(done.stderr.decode().split())


@pytest.mark.parametrize("arguments", [["dance"], ["--dance"], ["simulate", "--dance"]])
def test_an_unknown_command_or_option_is_exit_2_and_named(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "dance" in result.stderr
    assert "--help" in result.stderr


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Makes ``buzzband selftest`` raise."""

    def fail_with(error: BaseException) -> None:
        @click.command()
        def selftest() -> None:
            raise error

        monkeypatch.setattr(group, "import_module", lambda _name: SimpleNamespace(selftest=selftest))

    return fail_with


@pytest.mark.parametrize("kind", classes())
def test_our_errors_become_message_hint_and_exit_code(kind: type[BuzzbandError], failing: Failing) -> None:
    failing(kind("It went wrong.", "Mend it."))
    result = run("selftest")
    assert (result.exit_code, result.stdout) == (kind.exit_code, "")
    assert result.stderr == "Error: It went wrong.\nMend it.\n"


def test_without_a_hint_there_is_no_empty_line(failing: Failing) -> None:
    failing(BuzzbandError("It went wrong."))
    assert run("selftest").stderr == "Error: It went wrong.\n"


@pytest.mark.parametrize("how", [["--debug", "selftest"], ["selftest"]])
def test_the_traceback_of_our_errors_is_for_those_who_ask(
    how: list[str], failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(SelftestFailed("It went wrong."))
    if how == ["selftest"]:
        monkeypatch.setenv("BUZZBAND_DEBUG", "1")
    result = CliRunner().invoke(main, how)
    assert (result.exit_code, result.stdout) == (8, "")
    assert result.stderr.startswith("Traceback (most recent call last)")
    assert "raise error" in result.stderr
    assert f"Error: It went wrong.\n{SelftestFailed.hint}\n" in result.stderr


def test_an_interrupt_is_no_traceback(failing: Failing) -> None:
    failing(KeyboardInterrupt())
    result = run("selftest")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Aborted" in result.stderr


def test_other_errors_are_bugs_and_are_not_hidden(failing: Failing) -> None:
    failing(ZeroDivisionError("a bug"))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run("selftest")


needs_bash = pytest.mark.skipif(not shutil.which("bash") or sys.platform == "win32", reason="there is no bash")


@needs_bash
def test_bash_gets_a_completion_script() -> None:
    script = run("completion", "bash").stdout
    assert "complete -o nosort -F _buzzband_completion buzzband" in script
    assert "_BUZZBAND_COMPLETE=bash_complete" in script


@pytest.mark.parametrize(
    ("shell", "words"),
    [("zsh", "compdef _buzzband_completion buzzband"), ("fish", "complete --no-files --command buzzband")],
)
def test_zsh_and_fish_get_theirs(shell: str, words: str) -> None:
    script = run("completion", shell).stdout
    assert words in script
    assert f"_BUZZBAND_COMPLETE={shell}_complete" in script


def test_another_shell_is_exit_2_with_those_there_are() -> None:
    result = run("completion", "tcsh")
    assert result.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in result.stderr


def completed(words: list[str], incomplete: str) -> list[tuple[str, str | None]]:
    """What a shell would offer, with what it says about each."""
    found = ShellComplete(main, {}, "buzzband", "_BUZZBAND_COMPLETE").get_completions(words, incomplete)
    return [(item.value, item.help) for item in found]


@pytest.mark.parametrize("words", [["devices", "--port"], ["flash", "--port"], ["config", "get", "--port"], ["sync"]])
def test_ports_are_completed(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Port("/dev/ttyACM0", True, product="Board in FS mode"), Port("/dev/ttyS0", False))
    monkeypatch.setattr("buzzband.transports.ports.all_ports", lambda: found)
    assert completed(words, "/dev/ttyA") == [("/dev/ttyACM0", "Board in FS mode")]
    assert completed(words, "/dev") == [("/dev/ttyACM0", "Board in FS mode"), ("/dev/ttyS0", None)]


def test_ports_that_cannot_be_listed_are_no_traceback_on_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise NoBoard("The system does not tell.")

    monkeypatch.setattr("buzzband.transports.ports.all_ports", fail)
    assert completed(["flash", "--port"], "") == []


def test_drives_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    drive = Drive("/media/you/RPI-RP2", "RPI-RP2", "Raspberry Pi RP2")
    monkeypatch.setattr("buzzband.transports.drives.boot_drives", lambda: (drive,))
    assert completed(["flash", "--drive"], "/m") == [("/media/you/RPI-RP2", "Raspberry Pi RP2")]


@pytest.mark.parametrize("words", [["config", "get"], ["config", "set"], ["config", "reset"]])
def test_settings_are_completed(words: list[str]) -> None:
    assert [value for value, _ in completed(words, "mains")] == ["mains_hz"]


def test_sessions_of_the_archive_that_is_named_are_completed(tmp_path: Path) -> None:
    folder = tmp_path / "e66138528361ba32"
    folder.mkdir()
    (folder / "00112233445566aa.5e55100000000000.bbl").write_bytes(b"")
    assert completed(["sessions", "show", "--archive", str(tmp_path)], "00") == [
        ("00112233445566aa", "band e66138528361ba32")
    ]
    assert completed(["sessions", "show", "--archive", str(tmp_path)], "ff") == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("buzzband ", list(COMMANDS)),
        ("buzzband s", ["simulate", "sync", "sessions", "selftest"]),
        ("buzzband simulate --eng", ["--engine"]),
        ("buzzband simulate --engine p", ["pico"]),
        ("buzzband simulate --example f", ["fatigue"]),
        ("buzzband selftest --engine ", ["cpython", "micropython", "pico", "numba"]),
    ],
)
def test_commands_options_and_choices_are_completed(typed: str, offered: list[str]) -> None:
    done = subprocess_run(
        _BUZZBAND_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(len(typed.split(" ")) - 1)
    )
    assert [line.split(",")[1] for line in done.stdout.decode().splitlines()] == offered


def test_a_file_is_completed_by_the_shell() -> None:
    done = subprocess_run(_BUZZBAND_COMPLETE="bash_complete", COMP_WORDS="buzzband simulate mon", COMP_CWORD="2")
    assert done.stdout.decode().startswith("file,")
