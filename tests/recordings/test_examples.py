import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest

from buzzband import cache
from buzzband.errors import DownloadFailed, HashMismatch, RecordingNotFound
from buzzband.recordings.catalogue import EXAMPLES
from buzzband.recordings.examples import example


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def archive_of(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"fake/{name}", content)
    return stream.getvalue()


ARCHIVE = archive_of(one=b"first", two=b"second", unwanted=b"third")
ONE = cache.Member("fake/one", sha256(b"first"))
TWO = cache.Member("fake/two", sha256(b"second"))
WHEEL = cache.Wheel("fake==1.0", "fake-1.0-py3-none-any.whl", sha256(ARCHIVE), (ONE, TWO))


class FakePip:
    """Stands in for ``subprocess.run``: delivers ``content`` as the wheel, or fails with ``stderr``."""

    def __init__(self, content=ARCHIVE, returncode=0, stderr=""):
        self.content, self.returncode, self.stderr = content, returncode, stderr
        self.calls = []

    def __call__(self, command, **options):
        requirements = Path(command[command.index("-r") + 1]).read_text()
        self.calls.append((command, requirements))
        if self.content is not None:
            (Path(command[command.index("--dest") + 1]) / WHEEL.filename).write_bytes(self.content)
        return subprocess.CompletedProcess(command, self.returncode, "", self.stderr)


@pytest.fixture
def pip(monkeypatch):
    fake = FakePip()
    monkeypatch.setattr(subprocess, "run", fake)
    return fake


def test_the_members_that_are_wanted_are_kept_and_nothing_else(tmp_path, pip):
    path = cache.cached(WHEEL, ONE, tmp_path / "deep" / "down")
    assert path.read_bytes() == b"first"
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["one", "two"]


def test_what_is_in_the_cache_is_not_fetched_again(tmp_path, pip):
    cache.cached(WHEEL, ONE, tmp_path)
    cache.cached(WHEEL, TWO, tmp_path)
    assert len(pip.calls) == 1


@pytest.mark.parametrize("content", [b"", b"firsT", b"first and more"])
def test_a_damaged_file_in_the_cache_is_fetched_again(tmp_path, pip, content):
    (tmp_path / "one").write_bytes(content)
    assert cache.cached(WHEEL, ONE, tmp_path).read_bytes() == b"first"


def test_pip_is_asked_for_the_pinned_hash_and_for_no_host(tmp_path, pip):
    cache.cached(WHEEL, ONE, tmp_path)
    command, requirements = pip.calls[0]
    assert requirements == f"fake==1.0 --hash=sha256:{WHEEL.sha256}\n"
    assert command[1:4] == ["-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes"} <= set(command)
    assert not [word for word in command if "index" in word or "://" in word]


def test_a_wheel_of_another_hash_is_thrown_away(tmp_path, pip):
    pip.content = archive_of(one=b"other", two=b"second")
    with pytest.raises(HashMismatch, match=r"fake-1\.0"):
        cache.cached(WHEEL, ONE, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_hash_that_pip_refuses_is_a_mismatch_too(tmp_path, pip):
    pip.content, pip.returncode = None, 1
    pip.stderr = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n  Got 00\n"
    with pytest.raises(HashMismatch):
        cache.cached(WHEEL, ONE, tmp_path)


def test_a_member_of_another_hash_is_thrown_away(tmp_path, pip):
    member = cache.Member("fake/one", "0" * 64)
    wheel = cache.Wheel(WHEEL.requirement, WHEEL.filename, WHEEL.sha256, (TWO, member))
    with pytest.raises(HashMismatch, match="fake/one"):
        cache.cached(wheel, member, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a zip", archive_of(two=b"second")])
def test_a_wheel_that_does_not_hold_the_member_is_a_failed_download(tmp_path, pip, content):
    pip.content = content
    wheel = cache.Wheel(WHEEL.requirement, WHEEL.filename, sha256(content), (ONE,))
    with pytest.raises(DownloadFailed, match="fake/one"):
        cache.cached(wheel, ONE, tmp_path)


def test_pip_failing_shows_its_last_line(tmp_path, pip):
    pip.content, pip.returncode = None, 1
    pip.stderr = (
        "WARNING: Retrying\nERROR: No matching distribution found for fake==1.0\n\n[notice] A new release of pip\n"
    )
    with pytest.raises(DownloadFailed, match=r"pip says: ERROR: No matching distribution found for fake==1\.0$"):
        cache.cached(WHEEL, ONE, tmp_path)


def test_pip_failing_without_a_word_is_a_failed_download(tmp_path, pip):
    pip.content, pip.returncode = None, 1
    with pytest.raises(DownloadFailed, match="nothing"):
        cache.cached(WHEEL, ONE, tmp_path)


def test_pip_delivering_another_file_is_a_failed_download(tmp_path, pip):
    pip.content = None
    with pytest.raises(DownloadFailed, match="did not deliver"):
        cache.cached(WHEEL, ONE, tmp_path)


@pytest.mark.parametrize("error", [subprocess.TimeoutExpired("pip", 900), OSError("no such program")])
def test_pip_that_cannot_run_or_hangs_is_a_failed_download(tmp_path, monkeypatch, error):
    def run(*_, **__):
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DownloadFailed):
        cache.cached(WHEEL, ONE, tmp_path)


def test_an_environment_without_pip_is_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DownloadFailed, match="no pip") as caught:
        cache.cached(WHEEL, ONE, tmp_path)
    assert "ensurepip" in caught.value.hint


def test_a_cache_folder_that_cannot_be_made_is_a_failed_download(tmp_path, pip):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadFailed, match="cannot be used"):
        cache.cached(WHEEL, ONE, tmp_path / "file" / "cache")


def test_a_write_that_breaks_off_leaves_the_old_file_and_no_rest(tmp_path, pip, monkeypatch):
    (tmp_path / "one").write_bytes(b"old")

    def replace(*_):
        raise OSError("the power is gone")

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(DownloadFailed):
        cache.cached(WHEEL, ONE, tmp_path)
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("one", b"old")]


def test_recordings_and_firmware_have_folders_of_their_own():
    assert cache.folder("recordings").parent == cache.folder("firmware").parent
    assert cache.folder("recordings").name == "recordings"


def test_an_unknown_example_is_refused_with_the_names_there_are():
    with pytest.raises(RecordingNotFound) as caught:
        example("curls")
    assert caught.value.hint == "The examples are: fatigue, bursts, taps, thumb."


def test_the_examples_say_how_many_contractions_to_expect():
    assert {entry.name: entry.contractions for entry in EXAMPLES} == {
        "fatigue": 30,
        "bursts": 9,
        "taps": 21,
        "thumb": 12,
    }


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "length"), [("fatigue", 126_900), ("bursts", 28_519), ("taps", 87_600), ("thumb", 40_500)]
)
def test_an_example_is_one_emg_channel_of_the_known_length(name, length):
    (channel,) = example(name).channels
    assert (channel.label, channel.unit, channel.rate_hz) == ("EMG", "LSB", 1000.0)
    assert channel.samples.shape == (length,)
    assert channel.samples.dtype == np.float64


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "bits"), [("fatigue", 12), ("bursts", 16), ("taps", 16), ("thumb", 16)])
def test_an_example_uses_the_range_of_its_converter(name, bits):
    samples = example(name).channels[0].samples
    assert 0 <= samples.min() < samples.max() < 2**bits
    assert samples.max() >= 2 ** (bits - 1)
