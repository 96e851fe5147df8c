"""The command line: one module per command. Each parses, calls one service and prints what it returned."""

from buzzband.cli.group import main

__all__ = ["main"]
