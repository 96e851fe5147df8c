"""How long after the muscle the cue is due: what is averaged once, over 85 ms, begins to rise at once.

After the log's two averages the median cue would come 80 and 106 ms after the onset; above 60 % it would come sooner.
"""

import numpy as np
import pytest

from builders import calibrated, codes, cue_times_s, decided, muscle, tell
from buzzband.recordings import synth

EFFORTS = 200


@pytest.mark.parametrize(("target_percent", "within_ms"), [(30, 75), (50, 104)])
def test_half_of_the_cues_come_so_soon_after_the_onset_of_full_effort(target_percent, within_ms):
    on_s, off_s, rise_s = 0.8, 1.203, 0.05  # each begins at another place of a block
    activation = synth.contractions([1.0] * EFFORTS, on_s=on_s, off_s=off_s, rise_s=rise_s)
    said = cue_times_s(decided(codes(muscle(activation, seed=21)), calibrated(target_percent)))
    assert len(said) == EFFORTS
    onsets_s = off_s + np.arange(EFFORTS) * (on_s + off_s)
    late_ms = 1000 * np.median(said - onsets_s)
    tell(f"target {target_percent} %: the median cue comes {late_ms:.0f} ms after the onset")
    assert 0 < late_ms <= within_ms
