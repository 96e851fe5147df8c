"""The documentation builds without a warning, and every page can be reached."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.blocks import PAGES, ROOT


@pytest.mark.long
def test_it_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="Sphinx is in the extra `docs`")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--quiet", "-c", "docs", ".", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "index.html").exists()


def test_every_page_is_in_one_group_of_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = [line for group in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL) for line in group.split("\n")]
    pages = [(ROOT / "docs" / line).resolve() for line in listed if line and not line.startswith(":")]
    expected = set(PAGES) - {ROOT / "README.md", ROOT / "docs" / "index.md"}
    assert sorted(f"{page}.md" for page in pages) == sorted(map(str, expected))
