"""What the codes are called that a band tells: for hosts. The band imports none of it, names would take its RAM."""

SOURCES = ("tilt", "tilt", "tilt", "turn", "turn", "turn", "tilt", "turn", "emg")  # core/reps.py

RECORDED_FAULTS = (  # store/records.py
    "",
    "overrun",
    "converter_fifo",
    "cue_late",
    "exception",
    "imu_absent",
    "imu_unknown",
    "imu_bus",
    "imu_overflow",
    "imu_frozen",
    "imu_back",
    "motor",
    "battery",
    "no_room",
)
ENDS = ("", "button", "host", "usb_power", "full_flash", "exception", "low_battery")

REASONS = (
    "",
    "unknown kind",
    "bad payload",
    "no such session",
    "beyond the end",
    "busy",
    "failed",
    "wrong setting",
    "mismatch",
    "in use",
    "on trial",
    "low battery",
)  # link/messages.py
STATES = ("starting", "idle", "running", "calibrating", "warming up", "asking", "finding", "off")
FAULTS = (
    "uncalibrated",
    "usb power",
    "flash full",
    "recorder failed",
    "bad settings",
    "safe mode",
    "no imu",
    "low battery",
    "motor",
)
SIGNALS = ("", "short", "long", "double", "done", "failed", "usb", "empty", "ask", "begin", "calibrate", "warm up")
"""Of control.py."""

CLIP_REASONS = ("", "first rep", "fault")  # of store/records.py

WORDS = (
    "silence",
    "on_target",
    "fell_short",
    "too_fast",
    "done",
    "sensor_off",
    "other_muscle",
    "ready",
    "low_battery",
    "goodbye",
    "question",
    "squeeze",
    "release",
    "breathe_in",
    "breathe_out",
    "count_1",
    "count_2",
    "count_3",
    "count_4",
    "count_5",
    "count_6",
    "count_7",
    "count_8",
    "count_9",
    "refused_1",
    "refused_2",
    "refused_3",
    "refused_4",
    "refused_5",
    "refused_6",
)  # core/words.py
