"""``buzzband config`` and its subcommands."""

from collections.abc import Callable, Sequence
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click

from buzzband.cli.band_options import Offered, patience_option, port_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import LINK_PATIENCE_S
from buzzband.errors import SettingsError
from buzzband.services import config as service
from buzzband.services.settings import parsed
from buzzband_fw.store.schema import SCHEMA

Where = tuple[str | None, Path | None, float]

SETTING = Offered("name", lambda _context: ((name, "") for name in SCHEMA))


def where_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--port``, ``--file`` and ``--patience``, and hand the command ``where``."""

    def at(port: str | None, file: Path | None, patience_s: float, **rest: Any) -> None:
        if port and file:
            raise click.UsageError("Give one of --port and --file.")
        command(where=(port, file, patience_s), **rest)

    update_wrapper(at, command)
    return _PORT(_FILE(_PATIENCE(at)))


_PORT = port_option("Serial port of the band; without it, the only board with MicroPython there is.")
_FILE = click.option(
    "--file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="A settings.json, without a band."
)
_PATIENCE = patience_option(LINK_PATIENCE_S, "How long the band may take to answer.")


@click.group()
def config() -> None:
    """See and change the settings of a band.

    Every one of these commands takes --port, or --file for a settings.json without a band, and --json.
    """


@config.command()
@click.argument("name", required=False, type=SETTING)
@json_option
@where_options
def get(where: Where, name: str | None, output: Output) -> None:
    """Show all settings, or NAME with what it can be."""
    with service.opened(*where) as store:
        output.show(service.get(store, name), text=service.shown_text, document=service.shown_document)


@config.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("pairs", nargs=-1, required=True, metavar="NAME VALUE | NAME=VALUE...", type=SETTING)
@json_option
@where_options
def set_(where: Where, pairs: tuple[str, ...], output: Output) -> None:
    """Change settings, all of them or, if one cannot be, none.

    target_permille takes 500 or 50%; what is yes or no takes that; none stands for no value.
    """
    changes = {name: parsed(name, text) for name, text in _paired(pairs)}
    with service.opened(*where) as store:
        output.show(service.change(store, changes), text=service.done_text, document=service.done_document)


@config.command()
@json_option
@where_options
def edit(where: Where, output: Output) -> None:
    """Change settings in your editor."""
    with service.opened(*where) as store:
        text = service.editable(store.config())
    changes = _from_editor(text)
    if changes is None:
        raise click.Abort
    with service.opened(*where) as store:
        output.show(service.change(store, changes), text=service.done_text, document=service.done_document)


@config.command()
@click.argument("names", nargs=-1, metavar="[NAME...]", type=SETTING)
@click.option("--yes", is_flag=True, help="Do not ask before all settings go.")
@json_option
@where_options
def reset(where: Where, names: tuple[str, ...], yes: bool, output: Output) -> None:
    """Take settings back to their defaults: those named, or all of the band and of who wears it."""
    if not (names or yes):
        click.confirm("All settings, with the calibration, go back to their defaults. Go on?", abort=True, err=True)
    with service.opened(*where) as store:
        output.show(service.reset(store, names), text=service.done_text, document=service.done_document)


@config.group()
def wearer() -> None:
    """List, add, choose and remove wearers.

    Each wearer has an own calibration, target, exercise, mode and loads.
    """


@wearer.command("list")
@json_option
@where_options
def list_(where: Where, output: Output) -> None:
    """List the wearers; a star marks who wears the band."""
    with service.opened(*where) as store:
        output.show(service.get(store), text=service.wearers_text, document=service.wearers_document)


@wearer.command()
@click.argument("name")
@json_option
@where_options
def add(where: Where, name: str, output: Output) -> None:
    """Add a wearer, not calibrated and with default settings."""
    with service.opened(*where) as store:
        output.show(service.add_wearer(store, name), text=service.wearers_done_text, document=service.done_document)


@wearer.command()
@click.argument("name", required=False)
@json_option
@where_options
def use(where: Where, name: str | None, output: Output) -> None:
    """Let NAME wear the band; without NAME, the wearer who has none."""
    with service.opened(*where) as store:
        output.show(service.use_wearer(store, name), text=service.wearers_done_text, document=service.done_document)


@wearer.command()
@click.argument("name")
@json_option
@where_options
def remove(where: Where, name: str, output: Output) -> None:
    """Forget a wearer, with calibration and settings."""
    with service.opened(*where) as store:
        output.show(service.remove_wearer(store, name), text=service.wearers_done_text, document=service.done_document)


def _paired(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return name and value of each pair: NAME=VALUE, or NAME VALUE."""
    found, left = [], list(words)
    while left:
        name, equals, text = left.pop(0).partition("=")
        if not equals:
            if not left:
                raise click.UsageError(f"There is no value for {name}.")
            text = left.pop(0)
        found.append((name.strip(), text))
    return found


def _from_editor(text: str) -> dict[str, Any] | None:
    """Return the changes that were made in an editor, None if nothing was saved; a mistake can be mended."""
    while True:
        try:
            saved = click.edit(text, extension=".toml")
        except click.ClickException as error:
            raise SettingsError(error.message, "Let EDITOR name another, or use buzzband config set.") from error
        if saved is None:
            return None
        try:
            return service.edited(saved)
        except SettingsError as error:
            click.echo(f"{error}\n{error.hint}", err=True)
            click.confirm("Edit it again?", abort=True, err=True, default=True)
            text = saved
