"""Counts are merged, whoever writes them."""

import json
from pathlib import Path

from counts import count


def test_figures_of_others_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "build" / "counts.json"
    count("logs", path, mutated=10)
    count("cuts", path, images=3)
    count("logs", path, truncated=5, mutated=12)
    assert json.loads(path.read_text()) == {"logs": {"mutated": 12, "truncated": 5}, "cuts": {"images": 3}}
