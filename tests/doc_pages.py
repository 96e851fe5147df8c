"""Pages of the documentation, and the tables in them."""

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table that has a column of that heading."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("|") and heading in _cells(line):
            next(lines)
            found = []
            while (row := next(lines, "")).startswith("|"):
                found.append(_cells(row))
            return found
    raise LookupError(heading)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
