"""The ``buzzband`` command, and how it fails."""

from importlib import import_module
from typing import Any

import click

import buzzband
from buzzband.errors import BuzzbandError
from buzzband.wording import printable

COMMANDS = ("demo", "simulate", "twin", "flash", "update", "config", "sync", "sessions", "archive", "selftest")


class Failure(click.ClickException):
    """One of our errors on the terminal: what happened, what to do next, and its exit code."""

    def __init__(self, error: BuzzbandError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code  # type: ignore[misc]  # click reads it from the instance
        self.hint = error.hint

    def format_message(self) -> str:
        """Return the message with the hint on a line of its own."""
        text = f"{self.message}\n{self.hint}" if self.hint else self.message
        return str(printable(text))


class Commands(click.Group):
    """Loads a command's module when it is asked for: ``--version`` need not wait for numpy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which help shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"buzzband.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and turn our errors into click's."""
        try:
            return super().invoke(ctx)
        except BuzzbandError as error:
            raise Failure(error) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(buzzband.__version__, prog_name="buzzband")
def main() -> None:
    """Feel the muscle: see what a Buzzband would feel, and when it would buzz.

    Exit codes: 0 done, 1 failed, 2 wrong options, 3 port, 4 link, 5 recording, 6 engine, 7 download, 8 selftest,
    9 output, 10 board, 11 settings, 12 archive.
    """
