"""``buzzband completion``."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_BUZZBAND_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that teaches your shell to complete what you type behind buzzband.

    \b
    bash  eval "$(buzzband completion bash)" in ~/.bashrc; 4.4 or newer
    zsh   eval "$(buzzband completion zsh)" in ~/.zshrc, behind compinit
    fish  buzzband completion fish > ~/.config/fish/completions/buzzband.fish

    It knows commands, options and choices, and the ports, drives, settings and sessions there are.
    """
    kind = get_completion_class(shell)
    assert kind
    click.echo(kind(context.find_root().command, {}, "buzzband", VARIABLE).source())
