"""The ``buzzband`` command, and how it fails."""

import traceback
from importlib import import_module
from keyword import iskeyword
from typing import IO, Any

import click
from click.shell_completion import CompletionItem

from buzzband.errors import BuzzbandError
from buzzband.exit_codes import ExitCode
from buzzband.wording import printable

COMMANDS = {
    "demo": "Feel, cue, record and report a synthetic session with the band's own app: no hardware, no network.",
    "simulate": "Run the band's core over a recording: CSV, EDF or BDF; or over a session that a band has logged.",
    "twin": "Run a band on an emulated Pico, on a serial port that other programs can use, until Ctrl-C.",
    "monitor": "Watch a band while it is worn: activation, target, reps, words, signal, battery.",
    "calibrate": "Calibrate the band on the arm: rest, then three squeezes, or a light set.",
    "devices": "List what is plugged in: bands, boards with MicroPython, Picos in BOOTSEL, and whatever else there is.",
    "doctor": "Find what is wrong with a band, what that means, and what to do about it.",
    "flash": "Make a band of a Pico: MicroPython if it needs it, then the app, then start it.",
    "image": "Write one UF2 that makes a band of a new Pico when it is dragged onto its drive.",
    "update": "Bring this version's app onto a running band, and let the band try it.",
    "config": "See and change the settings of a band.",
    "sync": "Bring what the bands have recorded into the archive, and free the bands of it.",
    "sessions": "List the sessions in the archive: when, how long, what was lifted, how whole.",
    "report": "Write the page of one SESSION of the archive: the latest, or the one whose id begins so.",
    "trends": "Write a page of weeks: days, reps, target hits, tempo, holds, volume, activation at a load.",
    "archive": "Look after the archive: where it is, whether it is whole, its index.",
    "compare": "Does cueing raise your activation? Cued sets against silent ones of the same session.",
    "export": "Write sessions as files that other programs open: EDF+, a BIDS dataset, CSV, JSON.",
    "import": "Put recordings, CSV, EDF or BDF, into the archive, as the sessions that a band would have made of them.",
    "selftest": "Run the core's golden vectors on every engine there is.",
    "completion": "Print the script that teaches your shell to complete what you type behind buzzband.",
}
"""Each command's module, and the first sentence of its help: to list them, none has to be loaded."""

_CODES = ", ".join(f"{code} {code.word}" for code in ExitCode)


class Failure(click.ClickException):
    """One of our errors on the terminal: what happened, what to do next, and its exit code."""

    def __init__(self, error: BuzzbandError, *, debug: bool = False) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code  # type: ignore[misc]  # click reads it from the instance
        self.hint = error.hint
        self._trace = "".join(traceback.format_exception(error)) if debug else ""

    def format_message(self) -> str:
        """Return the message with the hint on a line of its own."""
        text = f"{self.message}\n{self.hint}" if self.hint else self.message
        return str(printable(text))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it, behind the traceback for those who asked for that."""
        if self._trace:
            click.echo(str(printable(self._trace)), file=file, err=True)
        super().show(file)


class Commands(click.Group):
    """Loads a command's module when it is asked for: help and a wrong word need not wait for numpy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which help shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(f"buzzband.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands into help."""
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl([(name, _shortened(told, limit)) for name, told in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin so."""
        commands = [CompletionItem(name, help=told) for name, told in COMMANDS.items() if name.startswith(incomplete)]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and turn our errors into click's."""
        try:
            return super().invoke(ctx)
        except BuzzbandError as error:
            raise Failure(error, debug=ctx.params["debug"]) from error


def _shortened(told: str, limit: int) -> str:
    return click.Command(None, help=told).get_short_help_str(limit)


def _tell_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from buzzband.services.versions import versions, versions_text

    click.echo(printable(versions_text(versions())))
    context.exit()


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"Exit codes: {_CODES}.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_tell_version,
    help="Show the versions of this tool and of the bands that are plugged in.",
)
@click.option("--debug", is_flag=True, envvar="BUZZBAND_DEBUG", help="Show where in the program an error comes from.")
def main(debug: bool) -> None:
    """Feel the muscle: see what a Buzzband would feel, and when it would buzz."""
