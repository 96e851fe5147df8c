"""Records: how a session lies in its file. The contract is docs/log-format.md; the host reads this very file.

    A5 5A | kind u8 | flags u8 | length u16 | sequence u32 | t_ms u32 | payload | CRC-32 u32

Little-endian. The CRC covers everything before it and starts from ``seed_of`` the session's id, so that a record of an
older session in a reused block of flash is not taken for one of this. ``t_ms`` is the chip's clock, modulo 2^30.
"""

import binascii
import struct

from buzzband_fw import crc
from buzzband_fw.core.portable import const

SYNC = b"\xa5\x5a"
HEADER_FORMAT = "<2sBBHII"
HEADER_SIZE = const(14)
OVERHEAD = const(18)
PAYLOAD_MAX = const(1024)

HEADER = const(1)  # JSON, see docs/log-format.md. Always the first record
ACTIVATION = const(2)  # a series, see series.py: for every second block permille / ACTIVATION_UNIT, and quality's flags
CUE = const(3)  # block u32, word u8; with 128 beside it: it was due, but withheld
FAULT = const(4)  # block u32, code u8, value u32
END = const(5)  # blocks u32, reason u8, writes to flash u16. The last record, if the session was not cut off
MOVEMENT = const(6)  # a series, see series.py: for every eighth block degrees away from the pose of rest
REP = const(7)  # REP_FORMAT. Told when it is over; once more at the end of the set if a second look changed anything
HOLD = const(8)  # HOLD_FORMAT
SET = const(9)  # SET_FORMAT. Says which revision of its reps counts, and how many of them: 0 takes them all back
ANSWER = const(10)  # set u16, reps on target as the wearer felt it u8, as it was u8. NO_ANSWER: said nothing
CROSSINGS = const(11)  # block u32, zero crossings a second in the contractions of the last rep u16
MARK = const(12)  # block u32. The wearer pressed the button twice
TIME = const(13)  # block u32, ms since 1970 u64, round trip in ms u16. A host told the time
CLIP = const(14)  # CLIP_FORMAT, and samples behind it, see samples.py: a part of a clip of raw EMG
CLIP_STATE = const(15)  # CLIP_STATE_FORMAT, and behind it how the core stood when the clip began, see clips.py
TOP = const(16)  # TOLD_FORMAT and TOP_FORMAT. A rep has reached its top

# set u16, number u16, revision u8, source u8, flags u8, block u32 of its start, then in ms its concentric phase, hold
# and eccentric phase, u16 each, and in permille its peak and the means of both phases, u16 each
REP_FORMAT = "<HHBBBIHHHHHH"
REP_SIZE = const(23)  # behind it TOLD_FORMAT
HOLD_FORMAT = "<IIH"  # block of its start, ms, mean permille
HOLD_SIZE = const(10)
SET_FORMAT = "<HBBBHIIH"  # set, revision, source, pace u8, reps or cycles u16, blocks of start and end, mean cycle ms
SET_SIZE = const(17)  # behind it TOLD_FORMAT
SILENT = const(128)  # beside the pace: the band was to keep silent in the set, to compare it with others
TOLD_FORMAT = "<IBB"  # the last block that was over when the cue was told, how many after the end of its step, marks
TOLD_SIZE = const(6)
MUSCLE_TOLD = const(1)  # marks: the electrodes could be trusted all through the set
ALIKE = const(2)  # the reps so far were as regular as those of a set
TOP_FORMAT = (
    "<HHHH"  # tops of the set so far, ms since the lift was over, permille: the peak that led there, the lift's
)
TOP_SIZE = const(8)
NO_ANSWER = const(255)

CLIP_FORMAT = "<HBH"  # number of the clip, that of the part from 0 on with CLIP_LAST beside the last, samples
CLIP_LAST = const(128)
CLIP_STATE_FORMAT = "<HIB"  # number of the clip, its first block, why it was kept
CLIP_STATE_SIZE = const(7)
FIRST_REP = const(1)  # reasons for a clip: the first rep of a set is over
QUALITY = const(2)  # a flag of quality.py has come up

FORMAT = const(1)
ACTIVATION_STEP_BLOCKS = const(2)  # 50 Hz
MOVEMENT_STEP_BLOCKS = const(8)  # 12.5 Hz
ACTIVATION_UNIT = const(4)  # permille
RESTING = const(8)  # units: below, an activation is kept as the last was while it is off by no more than one

OVERRUN = const(1)  # fault codes, named in names.py; value: blocks that were lost
CONVERTER_FIFO = const(2)  # value: 0. The converter's own FIFO was full: samples are missing somewhere
CUE_LATE = const(3)  # value: ms. A cue was dropped because it would have come too late
EXCEPTION = const(4)  # value: 0. The app is about to stop
IMU_ABSENT = const(5)  # value: 0. No IMU answers: the band goes on with the muscle alone, as with all that follow
IMU_UNKNOWN = const(6)  # value: what the chip says it is
IMU_BUS = const(7)  # value: errno of the bus
IMU_OVERFLOW = const(8)  # value: 0. The IMU's FIFO was full: frames are missing
IMU_FROZEN = const(9)  # value: ms without a frame
IMU_BACK = const(10)  # value: ms for which the IMU was away
MOTOR = const(11)  # value: that of hal/motor_driver.py. A word was not said, or not to its end
BATTERY = const(12)  # value: mV. It is low
NO_ROOM = const(13)  # value: parts of clips for which RAM has room: too few, so there are no clips

BY_BUTTON = const(1)  # reasons, named in names.py
BY_HOST = const(2)
BY_USB_POWER = const(3)
BY_FULL_FLASH = const(4)
BY_EXCEPTION = const(5)
BY_LOW_BATTERY = const(6)


def seed_of(session_id):
    """Return what the checksums of a session start from. ``session_id``: 8 bytes."""
    return binascii.crc32(session_id) & 0xFFFFFFFF


class Framer:
    """Turns payloads into records, one after the other, in a buffer of its caller's; allocates nothing."""

    def __init__(self, session_id):
        """``session_id``: 8 bytes."""
        self._crc = crc.new_state(seed_of(session_id))
        self._sequence = 0

    def seal(self, buffer, at, kind, length, t_ms):
        """Complete the record at ``at`` of ``buffer``, whose payload, ``length`` bytes, stands ``HEADER_SIZE`` behind.

        Returns where the next record goes.
        """
        struct.pack_into(HEADER_FORMAT, buffer, at, SYNC, kind, 0, length, self._sequence, t_ms)
        self._sequence += 1
        end = at + HEADER_SIZE + length
        crc.seal(buffer, at, end, self._crc)
        return end + crc.SIZE
