"""The twin: official MicroPython on an emulated Pico with the band's sensors, motor, LED and button wired to it."""

from buzzband.twin.chip import Reset, ResetCause
from buzzband.twin.feed import Emg, Vibration
from buzzband.twin.flash import Operation, Tear
from buzzband.twin.haptics import Drv2605lModel
from buzzband.twin.imu import ImuModel, Lsm6dsoxModel, Mpu6050Model
from buzzband.twin.stream import TwinStream
from buzzband.twin.twin import Twin
from buzzband.twin.wiring import Burst, Step

__all__ = [
    "Burst", "Drv2605lModel", "Emg", "ImuModel", "Lsm6dsoxModel", "Mpu6050Model", "Operation", "Reset", "ResetCause",
    "Step", "Tear", "Twin", "TwinStream", "Vibration",
]  # fmt: skip
