"""The blocks of code in the pages, and what a comment above one says of running it.

<!-- not run: needs a board -->                    none of the block, for that reason
<!-- not run, twin, flash: need a board -->        all of it but these commands of buzzband
<!-- run in make test-long -->                     only there
<!-- printed by: buzzband simulate my.csv -->      a text block: what a command prints, perhaps with more between
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = tuple(
    sorted(path for pattern in ("*.md", "docs/*.md", "hardware/*.md") for path in ROOT.glob(pattern) if path.is_file())
)

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>```+)(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)(?P=fence) *$",
    re.DOTALL | re.MULTILINE,
)
_MARK = re.compile(r"<!-- ((?:not run|run in|printed by)[^>]*) -->\n *$")
_NOT_RUN = re.compile(r"not run(?P<commands>(?:, [\w -]+)*): (?P<reason>\S.*)")


@dataclass(frozen=True)
class Block:
    """A block of a page. ``mark``: the comment above it, empty without one."""

    page: str
    line: int
    language: str
    text: str
    mark: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def reason(self) -> str:
        """Why it, or some of it, is not run; empty if all of it is."""
        found = _NOT_RUN.fullmatch(self.mark)
        return found["reason"] if found else ""

    @property
    def left_out(self) -> tuple[str, ...]:
        """The commands of buzzband that are not run in a block that is."""
        found = _NOT_RUN.fullmatch(self.mark)
        return tuple(found["commands"].split(", ")[1:]) if found else ()

    @property
    def is_run(self) -> bool:
        return not self.reason or bool(self.left_out)

    @property
    def is_long(self) -> bool:
        return self.mark == "run in make test-long"

    @property
    def needs_download(self) -> bool:
        return "--example" in self.text + self.mark or "example(" in self.text

    @property
    def printed_by(self) -> str:
        """The command that prints it."""
        return self.mark.removeprefix("printed by: ") if self.mark.startswith("printed by: ") else ""

    @property
    def commands(self) -> list[list[str]]:
        """The words of its lines, comments left out."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := shlex.split(line, comments=True))]


def blocks_of(path: Path) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        before = text[: match.start()]
        mark = _MARK.search(before)
        body = re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        name = path.relative_to(ROOT).as_posix()
        found.append(Block(name, before.count("\n") + 1, match["language"].strip(), body, mark[1] if mark else ""))
    return found


BLOCKS = tuple(block for path in PAGES for block in blocks_of(path))


def those(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]
