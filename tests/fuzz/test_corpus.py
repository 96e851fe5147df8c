"""The corpus of each target: every input that once led somewhere new still leads to nothing that must not be."""

import importlib

import pytest

from fuzz.targets import CORPUS, CORPUS_MAX, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_fuzzer_has_found_is_read_or_refused(name: str) -> None:
    one_input = importlib.import_module(f"fuzz.{name}").one_input
    inputs = sorted((CORPUS / name).iterdir())
    assert len(inputs) >= 3
    for path in inputs:
        one_input(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_a_corpus_stays_small(name: str) -> None:
    assert sum(path.stat().st_size for path in (CORPUS / name).iterdir()) <= CORPUS_MAX
