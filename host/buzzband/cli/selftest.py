"""``buzzband selftest``."""

import click

from buzzband.cli.output import Output, json_option
from buzzband.defaults import TESTED


@click.command()
@click.option(
    "--engine",
    "engines",
    type=click.Choice(TESTED),
    multiple=True,
    help="Only this one; may be repeated. Otherwise all that are installed.",
)
@json_option
def selftest(engines: tuple[str, ...], output: Output) -> None:
    """Run the core's golden vectors on every engine there is."""
    from buzzband.services.document import selftest_document
    from buzzband.services.selftest import require_right
    from buzzband.services.selftest import selftest as run_selftest
    from buzzband.services.summary import selftest_text

    with output.progress("Testing") as progress:
        reports = run_selftest(engines or TESTED, progress)
    output.show(reports, text=selftest_text, document=selftest_document)
    require_right(reports)
