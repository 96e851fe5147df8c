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
)
ENDS = ("", "button", "host", "usb_power", "full_flash", "exception")

REASONS = ("", "unknown kind", "bad payload", "no such session", "beyond the end", "busy", "failed")  # link/messages.py
STATES = ("starting", "idle", "running")
FAULTS = ("uncalibrated", "usb power", "flash full", "recorder failed", "bad settings", "safe mode", "no imu")
