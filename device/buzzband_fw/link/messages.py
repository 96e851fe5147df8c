"""What host and band say to each other. The contract is docs/link.md; the host reads this very file.

A frame is ``kind u8, number u8, payload, CRC-32 u32``, stuffed (cobs.py), ended by a zero. The host asks; the band
answers with ``kind | ANSWER`` and the number of the request. All integers are little-endian.
"""

from buzzband_fw.core.portable import const

PROTOCOL = const(1)

HELLO = const(1)  # -> JSON: protocol, app, micropython, uid, slot, safe_mode, free_bytes, free_ram_bytes, boot_ms
STATUS = const(2)  # -> STATUS_FORMAT
LIST = const(3)  # index u16 of the first wanted -> count u16 of all, then ENTRY_FORMAT for as many as fit
READ = const(4)  # READ_FORMAT -> as many answers as it takes: offset u32, then READ_MAX bytes, in the last the rest
HASH = const(5)  # HASH_FORMAT -> DIGEST_FORMAT
STREAM = const(6)  # on u8 -> on u8; then every 20 ms a SAMPLE, until off, a REPL or a reset
REPL = const(7)  # -> nothing, then the app ends and MicroPython's prompt has the port
RESET = const(8)  # -> nothing, then the chip restarts
CONFIG = const(9)  # what u8, offset u16, then as below
TIME = const(10)  # TIME_FORMAT -> MOMENT_FORMAT
DELETE = const(11)  # DELETE_FORMAT -> nothing, if the session is exactly that
CALIBRATE = const(12)  # how u8 -> the state that this has led to u8
MARK = const(13)  # block u32, as a SAMPLE tells it -> nothing: the moment is marked in the session
SLOT = const(14)  # what u8, then as updating.py has it

ANSWER = const(0x80)
SAMPLE = const(0xC0)  # unasked, number counts up: SAMPLE_FORMAT. Left out when the host does not keep up
REFUSED = const(0xFF)  # answers any request: reason u8, then the kind that was asked for u8

UNKNOWN_KIND = const(1)  # reasons; these, states and faults are named in names.py
BAD_PAYLOAD = const(2)
NO_SUCH_SESSION = const(3)
BEYOND_END = const(4)
BUSY = const(5)  # ask again in a moment: a cue may be due, or the band has just started
FAILED = const(6)
WRONG_SETTING = const(7)  # CONFIG's; JSON behind the kind: name, least or choices, greatest
MISMATCH = const(8)  # DELETE's and TRY's: size or hash are not those that were told
IN_USE = const(9)  # DELETE's: the session is not over, or not merged yet; SLOT's: the band is worn
ON_TRIAL = const(10)  # SLOT's: the other slot holds what a trial falls back on
BATTERY = const(11)  # SLOT's: it is low

LEAVE = const(0)  # CALIBRATE's: a guide that goes on is left, to idle
SQUEEZES = const(1)  # a session that goes on ends, and the band leads through rest and squeezes
LIFTS = const(2)  # likewise, through rest and a warm-up set

GET = const(0)  # name, or nothing for all -> size u16 of the JSON, then as much of it from the offset on as fits
STAGE = const(1)  # part of the JSON of changes -> size u16 of all parts so far
SET = const(2)  # the last part -> how many values differ now u8, when they all count u8: see store/schema.py
CHANGES_MAX = const(1024)  # bytes of a change in parts
PART_MAX = const(231)
PAGE_MAX = const(232)

BODY_MAX = const(240)  # kind, number, payload, CRC: stuffed it fits the 256 bytes of the USB driver's queue
OVERHEAD = const(6)
PAYLOAD_MAX = const(234)
READ_MAX = const(230)

# state u8, cue flags u8, faults u16, blocks u32, blocks of the session u32, envelope i32, permille u16,
# cues u16, supply_mv u16, worst turn while armed in µs u16, worst turn in µs u32, lost blocks u32, left out of the
# stream u16, worst turn that wrote to flash in µs u32, which is not among the other two
STATUS_FORMAT = "<BBHIIiHHHHIIHI"
# Behind that: words said since power-on u16, the last of them u8, target in permille u16, set u16, swings of it u16,
# a hold goes on u8, degrees from the pose of rest u8, reps told since power-on u16; of the last of them number u8,
# flags of core/tempo.py u8, concentric, hold and eccentric in ms u16 each, peak in permille u16
LIFTED_FORMAT = "<HBHHHBBHBBHHHH"
ENTRY_FORMAT = "<8sIB"  # session id, bytes that are safe in flash, OPEN or 0
READ_FORMAT = "<8sIH"  # session id, offset, bytes wanted
HASH_FORMAT = "<8sI"  # session id, bytes from the start of it
DIGEST_FORMAT = "<I32s"  # so many bytes, their SHA-256
DELETE_FORMAT = "<8sI32s"  # session id, its size, its SHA-256
TIME_FORMAT = "<QH"  # ms since 1970 in UTC when the host sent it, ms that a request and its answer take
MOMENT_FORMAT = "<II"  # the band's clock then in ms, modulo 2^30; the number of its start
SAMPLE_FORMAT = "<IHHBBi"  # block, permille, gated permille, cue flags, word since the last, envelope
STATUS_SIZE = const(38)
LIFTED_SIZE = const(23)
ENTRY_SIZE = const(13)
DIGEST_SIZE = const(36)
MOMENT_SIZE = const(8)
SAMPLE_SIZE = const(14)

OPEN = const(1)  # in an entry: the session goes on, or is not merged yet

STARTING = const(0)  # states
IDLE = const(1)  # no session: the muscle is felt, nothing is said
RUNNING = const(2)  # a session is recorded, cues are given
CALIBRATING = const(3)  # guided rest and squeezes
WARMING_UP = const(4)  # guided rest, then a set from whose reps the reference comes
ASKING = const(5)  # the session goes on; how many reps were on target?
FINDING = const(6)  # hot and cold
OFF = const(7)

UNCALIBRATED = const(1)  # faults
USB_POWER = const(2)  # electrodes on a grounded laptop: no session
FLASH_FULL = const(4)
RECORDER_FAILED = const(8)
BAD_SETTINGS = const(16)
SAFE_MODE = const(32)
NO_IMU = const(64)  # none there, or none that answers: the muscle alone is felt
LOW_BATTERY = const(128)
MOTOR = const(256)  # its driver does not answer, or has switched off
