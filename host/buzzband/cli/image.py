"""``buzzband image``."""

from pathlib import Path
from typing import Any

import click

from buzzband.cli.output import Output, json_option
from buzzband.cli.settings_file import SettingsFile


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.uf2")
@click.option(
    "--uf2",
    "uf2_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="MicroPython for the Raspberry Pi Pico; without it the pinned version, downloaded once.",
)
@click.option(
    "--settings",
    metavar="FILE",
    type=SettingsFile(exists=True, dir_okay=False),
    help="JSON with what settings.json is to hold.",
)
@json_option
def image(out: Path, uf2_path: Path | None, settings: dict[str, Any] | None, output: Output) -> None:
    """Write one UF2 that makes a band of a new Pico when it is dragged onto its drive."""
    from buzzband.firmware import fetched_uf2, read_firmware
    from buzzband.services.image import image_document, image_text, write_image

    with output.progress("Downloading") as progress:
        firmware = read_firmware(uf2_path or fetched_uf2(progress))
    output.show(write_image(out, firmware, settings), text=image_text, document=image_document)
