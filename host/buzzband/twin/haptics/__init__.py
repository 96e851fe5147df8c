"""Haptic drivers as their bus sees them, byte by byte. They run on CPython and on MicroPython, as the layer does."""

from typing import Any

from buzzband.twin.haptics.drv2605l import Drv2605lModel

__all__ = ["Drv2605lModel", "rebuilt", "state_of"]


def state_of(model: Drv2605lModel) -> Any:
    """Return what ``rebuilt`` needs to know of a model: something for JSON."""
    return {name: getattr(model, name) for name in model.FAULTS}


def rebuilt(state: Any) -> Drv2605lModel:
    """Return the model of which ``state_of`` was told, in another process."""
    model = Drv2605lModel()
    for name in state:
        setattr(model, name, state[name])
    return model
