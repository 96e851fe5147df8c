import pickle

import numpy as np
import pytest

from buzzband import cache
from buzzband.errors import HashMismatch
from buzzband.recordings import watch
from buzzband.recordings.frames import frames_of

pytestmark = pytest.mark.real_data


class Trap:
    """Unpickled, it raises."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


def test_a_file_of_another_hash_is_never_unpickled(tmp_path, monkeypatch):
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / watch.MEMBER.name).write_bytes(pickle.dumps(Trap()))
    monkeypatch.setattr(cache, "folder", tmp_path.joinpath)
    monkeypatch.setattr(cache, "_download", lambda *_: tmp_path / "recordings" / watch.MEMBER.name)
    with pytest.raises(HashMismatch, match=r"seglearn-1\.2\.5"):
        watch.watch_sets()


@pytest.mark.real_data
def test_there_are_twenty_sets_of_each_of_seven_exercises():
    names, counts = np.unique([made.name for made in watch.watch_sets()], return_counts=True)
    assert names.tolist() == ["ABD", "ER", "FEL", "IR", "PEN", "ROW", "TRAP"]
    assert counts.tolist() == [20] * 7


@pytest.mark.real_data
def test_every_set_has_six_channels_whose_units_make_sense():
    gravities = []
    for made in watch.watch_sets():
        frames, absent = frames_of(made)
        assert absent == ()
        assert len(frames) == pytest.approx(100 * made.duration_s, abs=2)
        gravity = np.median(np.linalg.norm(frames[:, :3], axis=1)) / 4096
        gravities.append(gravity)
        fastest_dps = np.abs(frames[:, 3:].astype(int)).max() / 32.8
        assert 30 < fastest_dps <= 1000
    assert 0.95 < np.median(gravities) < 1.1
