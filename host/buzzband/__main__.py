"""``python -m buzzband``, where the script is not on the path."""

from buzzband.cli import main

main(prog_name="buzzband")
