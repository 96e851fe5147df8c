"""What is wired to the board: power, button, sensors, motor. Rules as in ``doctor_rules``."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from buzzband.services.examination import Patient
from buzzband.services.findings import Finding, fault, fine, note
from buzzband.services.probes import FULL_SCALE, REFERENCE_MV, SAMPLE_RATE_HZ, Wiring
from buzzband_fw.core.quality import FLAT, HUM, RAIL
from buzzband_fw.link import messages

MUSCLE_MV = (1200, 2000)  # where either sensor rests: hardware/assembly.md, step 6
USB_MV = (4400, 5300)  # VSYS behind the Pico's diode
PULLED_APART = 20_000  # of 65535: what a weak pull does to a pin that nothing drives
LEAK_PERMILLE = 250  # half of the usual target: docs/calibration.md
HUM_MV = 5.0

_ASSEMBLY = "hardware/assembly.md"
_MPU = (0x68, 0x69)
_MPU_IDENTITIES = (0x68, 0x70, 0x71, 0x72, 0x73, 0x98)
_LSM = (0x6A, 0x6B)
_LSM_IDENTITIES = (0x6C,)
_DRIVERS = (3, 7)  # DRV2605, DRV2605L
_MAINS_HZ = (50, 60)


def power(patient: Patient) -> Iterator[Finding]:
    """Look at what feeds the band."""
    wiring = patient.prompt.wiring if patient.prompt else None
    supply_mv = wiring.supply_mv if wiring else patient.band.after.supply_mv if patient.band else None
    if supply_mv is None:
        return
    usb = wiring.usb_power if wiring else bool(patient.band and patient.band.after.faults & messages.USB_POWER)
    low_mv = patient.band.config.values.get("low_battery_mv", 3500) if patient.band else 3500
    if usb and wiring and not USB_MV[0] <= supply_mv <= USB_MV[1]:
        told = f"USB power is there, but VSYS has {supply_mv} mV."
        meaning = "A short, a bad cable, or a supply that is too weak."
        yield fault("power", "supply", told, meaning, f"Step 2 of {_ASSEMBLY}; try another cable and port.")
    elif usb:
        yield fine("power", f"USB, VSYS {supply_mv} mV: no electrodes on a body; the cell cannot be judged meanwhile")
    elif type(low_mv) is int and supply_mv < low_mv:
        yield fault("power", "battery", f"The battery is low: {supply_mv} mV.", "It switches off soon.", "Charge it.")
    else:
        yield fine("power", f"battery {supply_mv} mV")


def button(patient: Patient) -> Iterator[Finding]:
    """Look whether the button is up."""
    if not patient.prompt:
        return
    if patient.prompt.wiring.pressed:
        meaning = "It is pressed, or its wire touches ground: the band would start in safe mode."
        yield fault("button", "button", "GP14 is low.", meaning, f"Let go of it; else step 7 of {_ASSEMBLY}.")
    else:
        yield fine("button", "up")


def movement(patient: Patient) -> Iterator[Finding]:
    """Look for the movement sensor."""
    wiring = patient.prompt.wiring if patient.prompt else None
    if wiring:
        yield _movement_found(wiring)
    elif patient.band and patient.band.after.faults & messages.NO_IMU:
        yield _no_imu("The band finds no movement sensor.")
    elif patient.band:
        yield fine("movement", "the sensor answers")


def _movement_found(wiring: Wiring) -> Finding:
    for address, identity in wiring.chips.items():
        if address in _MPU and identity in _MPU_IDENTITIES:
            return fine("movement", f"MPU-6050 or a successor at {address:#x}")
        if address in _LSM and identity in _LSM_IDENTITIES:
            return fine("movement", f"LSM6DSOX at {address:#x}")
    if wiring.chips:
        address, identity = next(iter(wiring.chips.items()))
        return _no_imu(f"An unknown chip answers at {address:#x}: it calls itself {identity:#x}.")
    return _no_imu("No movement sensor answers at 0x68, 0x69, 0x6a or 0x6b.")


def _no_imu(told: str) -> Finding:
    meaning = "Reps are counted by the muscle alone; tempo and hold need the sensor."
    return fault("movement", "no_imu", told, meaning, f"Step 5 of {_ASSEMBLY}: supply, SDA and SCL swapped, R7 and R8.")


def motor(patient: Patient) -> Iterator[Finding]:
    """Look for the motor's driver, as far as that can be seen; and how loud the electrodes heard it."""
    kind = patient.band.config.values.get("motor", "pwm") if patient.band else "pwm"
    wiring = patient.prompt.wiring if patient.prompt else None
    driver_there = wiring is not None and wiring.driver is not None and wiring.driver >> 5 in _DRIVERS
    step = f"Step 4 of {_ASSEMBLY}."
    if patient.band and patient.band.after.faults & messages.MOTOR:
        yield fault("motor", "motor", "The motor's driver has failed.", "The band may be silent.", step)
    elif wiring and kind != "pwm" and not driver_there:
        told = f"The settings say motor={kind}, but no DRV2605L answers at 0x5a."
        yield fault("motor", "no_driver", told, "It is driven by PWM, and may be still.", step)
    elif driver_there and kind == "pwm":
        told = "A DRV2605L is there, but the settings say motor=pwm."
        meaning = "The motor stays still."
        yield fault("motor", "not_chosen", told, meaning, "buzzband config set motor=lra, or erm for a coin motor.")
    elif driver_there:
        yield fine("motor", f"DRV2605L, {kind}")
    elif wiring:
        yield fine("motor", "by PWM: nobody can see whether it is there, so feel it say a word")
    if patient.band and patient.band.leak_permille is not None:
        yield _leak(patient.band.leak_permille)


def _leak(permille: int) -> Finding:
    told = f"The electrodes heard the motor at {permille // 10} % of full effort at the last calibration."
    if permille < LEAK_PERMILLE:
        return fine("motor leak", told)
    meaning = "Words that repeat while the muscle holds its level are refused."
    return fault(
        "motor leak", "leak", told, meaning, "Move the motor to the far side of the arm, away from the cables."
    )


def muscle(patient: Patient) -> Iterator[Finding]:
    """Look at the muscle's sensor: whether there is one, and what its electrodes deliver."""
    if patient.prompt:
        found = _sensor(patient.prompt.wiring)
        yield found
        if found.code:
            return
    if patient.band:
        yield from _contact(patient)


def _sensor(wiring: Wiring) -> Finding:
    """Judge the level at the pin, and whether anything drives it."""
    step = f"Step 6 of {_ASSEMBLY}."
    samples = np.asarray(wiring.samples, np.float64) * REFERENCE_MV / FULL_SCALE
    mean_mv = round(float(samples.mean()))
    if wiring.pulled[0] - wiring.pulled[1] > PULLED_APART:
        return fault("muscle", "no_sensor", "Nothing drives GP26.", "The muscle's sensor is not connected.", step)
    if not MUSCLE_MV[0] <= mean_mv <= MUSCLE_MV[1]:
        told = f"GP26 rests at {mean_mv} mV instead of {MUSCLE_MV[0]} to {MUSCLE_MV[1]}."
        return fault("muscle", "sensor_level", told, "The sensor has no supply, or its divider is wrong.", step)
    mains_hz = _hum_hz(samples)
    hum = f", of which most is hum at {mains_hz} Hz" if mains_hz else ""
    return fine("muscle", f"GP26 rests at {mean_mv} mV and moves by {samples.std():.0f} mV{hum}")


def _hum_hz(samples_mv: NDArray[np.float64]) -> int:
    """Return the frequency of the mains that makes more than half of the power above 20 Hz; 0 if neither does."""
    if samples_mv.std() < HUM_MV:
        return 0
    spectrum = np.abs(np.fft.rfft((samples_mv - samples_mv.mean()) * np.hanning(len(samples_mv)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples_mv), 1 / SAMPLE_RATE_HZ)
    whole = spectrum[frequencies > 20].sum()
    for mains_hz in _MAINS_HZ:
        off_hz = np.abs((frequencies + mains_hz / 2) % mains_hz - mains_hz / 2)
        if spectrum[(frequencies > 20) & (off_hz <= 4)].sum() > whole / 2:
            return mains_hz
    return 0


def _contact(patient: Patient) -> Iterator[Finding]:
    """Judge what the band's own quality flags say: faults with electrodes on, else only worth knowing."""
    assert patient.band
    flags = patient.band.after.flags
    is_worn = not patient.band.after.faults & messages.USB_POWER
    for flag, code, told, mend in _SIGNALS:
        if flags & flag and is_worn:
            yield fault("contact", code, told, "While it is so, no cue is given.", mend)
        elif flags & flag:
            yield note("contact", code, told, "Without electrodes on a body that means nothing.", mend)
    if not flags & (RAIL | FLAT | HUM):
        yield fine("contact", "the signal is neither at a rail, flat nor hum")


_SIGNALS = (
    (RAIL, "rail", "The muscle's signal is at a rail of the converter.", "Less gain, or an electrode has come off."),
    (FLAT, "flat", "The muscle's signal is flat.", "Press the electrodes on; check the sensor's plug."),
    (HUM, "hum", "The muscle's signal is mostly mains hum.",
     "Away from cables; wet the skin; check the reference electrode; buzzband config set mains_hz=50 or 60."),
)  # fmt: skip
