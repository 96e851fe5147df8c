"""``buzzband sync``."""

import time
from typing import TYPE_CHECKING

import click

from buzzband.cli.archive_option import archive_option
from buzzband.cli.band_options import PORT, patience_option
from buzzband.cli.output import Output, json_option
from buzzband.defaults import LINK_PATIENCE_S

if TYPE_CHECKING:
    from buzzband.archive import Archive


@click.command()
@click.argument("ports", nargs=-1, metavar="[PORT]...", type=PORT)
@click.option("--keep", is_flag=True, help="Leave the sessions on the band.")
@patience_option(LINK_PATIENCE_S, "How long a band may take to answer.")
@archive_option
@json_option
def sync(ports: tuple[str, ...], keep: bool, patience_s: float, archive: "Archive", output: Output) -> None:
    """Bring what the bands have recorded into the archive, and free the bands of it.

    Without a PORT, every board with MicroPython that is plugged in. A session is deleted on its band only when it is
    safe here. Stopped at any moment, the next run goes on.
    """
    from buzzband.services.devices_port import chosen_ports, linked
    from buzzband.services.sync import sync as run_sync
    from buzzband.services.sync_words import sync_document, sync_text

    where = chosen_ports(ports)
    with output.progress("Copying") as progress:
        done = run_sync(
            where,
            archive,
            open_link=linked,
            now_ms=lambda: time.time_ns() // 1_000_000,
            patience_s=patience_s,
            keep=keep,
            progress=progress,
        )
    output.show(done, text=sync_text, document=sync_document)
    done.require_whole()
