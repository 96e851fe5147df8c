"""IMUs as their bus sees them, byte by byte. They run on CPython and on MicroPython, as engines/layer does."""

from typing import Any

from buzzband.twin.imu.lsm6dsox import Lsm6dsoxModel
from buzzband.twin.imu.model import ImuModel
from buzzband.twin.imu.mpu6050 import Mpu6050Model

__all__ = ["ImuModel", "Lsm6dsoxModel", "Mpu6050Model", "rebuilt", "state_of"]


def state_of(model: ImuModel) -> Any:
    """Return what ``rebuilt`` needs to know of a model, but for its frames: something for JSON."""
    return [model.kind, model.address, {name: getattr(model, name) for name in model.FAULTS}]


def rebuilt(state: Any, frames: Any) -> ImuModel:
    """Return the model of which ``state_of`` was told, in another process."""
    kind, address, faults = state
    model = (Lsm6dsoxModel if kind == Lsm6dsoxModel.kind else Mpu6050Model)(frames, address)
    for name in faults:
        setattr(model, name, faults[name])
    return model
