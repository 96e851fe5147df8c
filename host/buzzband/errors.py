"""What can go wrong, and what to do about it.

BuzzbandError                exit 1
├── PortError                exit 3
│   ├── NoBoard              nothing that could be a band is plugged in
│   ├── SeveralBoards        lists them
│   ├── NoSuchPort           lists the ports there are
│   ├── PortBusy             names the holder when it can
│   └── NoPermission         names the group
├── LinkError                exit 4
│   ├── Silent               no answer
│   │   └── AtPrompt         MicroPython's prompt answers, not the app
│   ├── Garbled              answers that are damaged or make no sense
│   ├── Unplugged            the port vanished
│   ├── Refused              the band says no, and why
│   └── WrongProtocol        band and tool do not speak the same
├── RecordingError           exit 5
│   ├── RecordingNotFound    no such file
│   ├── UnknownFormat        not CSV, EDF or BDF, or damaged
│   ├── NoSuchChannel        lists the channels there are
│   ├── BadSamples           text, NaN or infinity where a number should be
│   ├── BadRate              no rate, or one that cannot be
│   ├── TooShort             not enough to work on
│   ├── TooLong              more than a session can hold
│   └── NotInLog             a log cannot be replayed like that
├── EngineError              exit 6
│   ├── EngineMissing        not installed
│   ├── FirmwareMissing      no MicroPython UF2
│   ├── EngineFailed         the program on the engine raised
│   ├── BudgetSpent          it did not finish in its time
│   └── ClipDiffers          a clip of raw EMG does not come out as the band has logged it
├── DownloadError            exit 7
│   ├── DownloadFailed       no network, no pip, no such file
│   └── HashMismatch         what came is not what was pinned
├── SelftestFailed           exit 8
├── OutputFailed             exit 9
├── BoardError               exit 10
│   ├── NotAPrompt           MicroPython's prompt does not come up
│   ├── UnsupportedBoard     another chip, or a MicroPython that is too old
│   ├── BoardFailed          what was to be done on the board raised there
│   ├── CopyFailed           a file on the board is not what was sent
│   ├── SessionsAtRisk       sessions are on the board that the archive does not have
│   ├── NotStarted           the app does not come back, or not the one that was sent
│   ├── NoRoom               the app does not fit beside what the band holds
│   ├── NoOtherApp           there is no app in the other slot
│   └── FellBack             the new app was not well: the one from before runs
├── SettingsError            exit 11
│   ├── NoSuchSetting        lists those that it might be
│   ├── WrongValue           says what it can be
│   ├── NoSuchWearer         lists the wearers there are
│   ├── BadSettingsFile      no file, or no settings in it
│   └── NotComparable        with these settings cueing cannot be compared
├── ArchiveError             exit 12
│   ├── ArchiveUnusable      its folder cannot be read or written, or its disk is full
│   ├── ArchiveFaulty        a check found something
│   ├── IndexDamaged         the index cannot be read
│   ├── IndexTooNew          the index is of a newer version
│   ├── NoSuchSession        lists the latest
│   ├── SeveralSessions      lists those that it might be
│   ├── SessionUnreadable    nothing in it can be read
│   ├── AlreadyImported      the archive has that recording, with other options
│   └── SeveralWearers       lists them
├── DriveError               exit 13
│   ├── WrongDrive           no Pico in BOOTSEL is there
│   ├── DriveChanged         it is not what it was a moment ago; nothing was written
│   ├── DriveUnusable        not mounted, read-only, full, no permission
│   ├── NotTaken             written, but the board does not start what was written
│   └── NotBack              the drive has gone, but no serial port came
├── FirmwareError            exit 14
│   ├── BadUf2               damaged, or for another chip; names the block
│   └── WrongFirmware        no MicroPython for the Pico, or one that the app does not run on
├── Unwell                   exit 15
└── WearError                exit 16
    ├── OnUsbPower           electrodes would be tied to the mains' earth
    └── CalibrationRefused   the band could not calibrate, and why

Wrong options and arguments are click's: exit 2.
"""

from typing import ClassVar

from buzzband.exit_codes import ExitCode


class BuzzbandError(Exception):
    """The root: everything a user can cause or mend. ``str`` says what happened, ``hint`` what to do next."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    hint: str = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class PortError(BuzzbandError):
    """There is no serial port to work with."""

    exit_code = ExitCode.PORT


class NoBoard(PortError):
    """No board with MicroPython is plugged in."""

    hint = (
        "Plug the band in with a cable that carries data. A Pico without MicroPython shows up as a drive instead: "
        "make a band of it with buzzband flash."
    )


class SeveralBoards(PortError):
    """More than one board is plugged in; which one is meant is not guessed."""

    hint = "Name one of them with --port."


class NoSuchPort(PortError):
    """There is no such port, or it is no serial port."""

    hint = "Plug the band in, or name another port with --port."


class PortBusy(PortError):
    """The serial port is held by another program."""

    hint = "Close the program that has it open (Thonny, mpremote, a monitor), or unplug and plug the band again."


class NoPermission(PortError):
    """The user may not open the serial port."""

    hint = "Ask for permission to open it."


class LinkError(BuzzbandError):
    """Band and host do not get through to each other."""

    exit_code = ExitCode.LINK


class Silent(LinkError):
    """The band did not answer in time."""

    hint = "Press the band's button or plug it again. If it stays silent, install the app: buzzband flash."


class AtPrompt(Silent):
    """MicroPython's prompt answers, not the band's app."""

    hint = "Install the app with buzzband flash, or start it."


class Garbled(LinkError):
    """What came from the band was damaged, or made no sense."""

    hint = "See that no other program reads the port, try another cable, and run the command again."


class Unplugged(LinkError):
    """The serial port vanished while it was in use."""

    hint = "Plug the band in again and repeat the command: nothing is lost on the band."


class Refused(LinkError):
    """The band refused a request. ``reason`` is one of those in ``buzzband_fw.link.messages``, or 0."""

    hint = "The band is well, but cannot do this now."
    reason: int = 0


class WrongProtocol(LinkError):
    """The band's app and this tool do not speak the same protocol."""

    hint = "Bring both to the same version: pip install --upgrade buzzband, then buzzband flash."


class RecordingError(BuzzbandError):
    """A recording cannot be used."""

    exit_code = ExitCode.RECORDING


class RecordingNotFound(RecordingError):
    """There is no such file, or it may not be read."""

    hint = "Check the path. `buzzband simulate --example fatigue` needs no file."


class UnknownFormat(RecordingError):
    """The file is not a recording that can be read."""

    hint = "Give a CSV with a header line, an EDF/EDF+ or a BDF/BDF+ file."


class NoSuchChannel(RecordingError):
    """The recording has no channel of that name, or no EMG channel at all."""

    hint = "Name one of its channels with --channel."


class BadSamples(RecordingError):
    """A sample is missing or is not a finite number."""

    hint = "Numbers only: cut out damaged parts, columns of text or dates, and lines of units (or start them with #)."


class BadRate(RecordingError):
    """The sampling rate is unknown, uneven or out of range."""

    hint = (
        "Give the rate with --rate HZ, or a column time, t, timestamp or seconds (time_ms, Time (us) for other units)."
    )


class TooShort(RecordingError):
    """There are too few samples to work on."""

    hint = "Give at least one second of signal."


class TooLong(RecordingError):
    """There are more samples than a session can hold."""

    hint = "Cut the recording into parts of some hours each."


class NotInLog(RecordingError):
    """A band's log does not hold what would be needed."""

    hint = "Look at what it holds: buzzband sessions show ID."


class EngineError(BuzzbandError):
    """An engine cannot run the core."""

    exit_code = ExitCode.ENGINE


class EngineMissing(EngineError):
    """A package that the engine needs is not installed."""

    hint = "Install it with: pip install 'buzzband[sim]', or in a clone: pip install -e '.[sim]'."


class FirmwareMissing(EngineError):
    """There is no MicroPython UF2 for the emulated Pico."""


class EngineFailed(EngineError):
    """The program on the engine ended with an error."""

    hint = "Report it with the message above; --engine cpython runs the same core."


class BudgetSpent(EngineError):
    """The program on the engine did not finish within its time."""

    hint = "Try a shorter recording, or --engine cpython, which gives the same."


class ClipDiffers(EngineError):
    """The core does not make of a clip of raw EMG what the band has made of it."""

    hint = "Was it recorded with another version of the app? Its header says so; else report it, with the log."


class DownloadError(BuzzbandError):
    """A file for the cache could not be had."""

    exit_code = ExitCode.DOWNLOAD


class DownloadFailed(DownloadError):
    """The download did not succeed."""

    hint = "Check the network and pip's settings, then run the command again."


class HashMismatch(DownloadError):
    """What was downloaded is not what was pinned; it has been thrown away."""

    hint = "Run the command again; if it repeats, report it: the file has changed at its source."


class OutputFailed(BuzzbandError):
    """A page or picture could not be written."""

    exit_code = ExitCode.OUTPUT
    hint = "Name a file in a folder that may be written to."


class SelftestFailed(BuzzbandError):
    """A golden vector did not come out as recorded."""

    exit_code = ExitCode.SELFTEST
    hint = "Do not trust this interpreter with the core; docs/engines.md lists those that are known to be right."


class BoardError(BuzzbandError):
    """A board with MicroPython does not do what it is told at its prompt."""

    exit_code = ExitCode.BOARD


class NotAPrompt(BoardError):
    """MicroPython's prompt does not come up on the port."""

    hint = (
        "Plug the board again and run the command at once. If that does not help, hold BOOTSEL while you plug it in "
        "and run buzzband flash: that installs MicroPython anew."
    )


class UnsupportedBoard(BoardError):
    """The board is no RP2040 with a MicroPython that the app runs on."""

    hint = "Put MicroPython 1.24.1 on it with buzzband flash --micropython; 1.23 is the oldest that works."


class BoardFailed(BoardError):
    """A command raised on the board, took too long, or answered with nonsense."""

    hint = "Plug the board again and repeat the command."


class CopyFailed(BoardError):
    """A file on the board is not what was sent."""

    hint = "Run the command again. If it repeats, the board's flash is worn out or its file system is damaged."


class SessionsAtRisk(BoardError):
    """There are sessions on the board that are nowhere else."""

    hint = (
        "Pull them with buzzband sync first. If the app on the board does not run any more, pass --lose-sessions: "
        "flash leaves them where they are."
    )


class NotStarted(BoardError):
    """The app did not come up after it was installed, or another version did."""

    hint = "Run the command again. If it repeats, look at what the app prints with: mpremote connect PORT run main.py."


class NoRoom(BoardError):
    """The flash has no room for an app."""

    hint = "Bring the sessions into the archive: buzzband sync."


class NoOtherApp(BoardError):
    """The slot that does not run holds no app to go back to."""

    hint = "The app that runs stays as it is. Another version comes with buzzband update."


class FellBack(BoardError):
    """The new app was tried and was not well; the app from before runs."""

    hint = "The band works as before. Run the command again; if it repeats, stay with the version that runs."


class SettingsError(BuzzbandError):
    """Settings cannot be as they are wanted; nothing is changed."""

    exit_code = ExitCode.SETTINGS


class NoSuchSetting(SettingsError):
    """There is no setting of that name."""

    hint = "List them with buzzband config get."


class WrongValue(SettingsError):
    """A setting cannot have that value."""

    hint = "Give a value that it can have; buzzband config get NAME says which."


class NoSuchWearer(SettingsError):
    """There is no wearer of that name, or no room for one more."""

    hint = "List the wearers with buzzband config wearer list, or add one with buzzband config wearer add NAME."


class BadSettingsFile(SettingsError):
    """A file holds no settings."""

    hint = "Check the path. The file is JSON like the band's settings.json, 2048 bytes at most."


class NotComparable(SettingsError):
    """With the settings as they are, sets with and without cues would not differ, or cannot be set side by side."""

    hint = "Change the settings that the message names with buzzband config set."


class WearError(BuzzbandError):
    """The band cannot be worn as it is."""

    exit_code = ExitCode.WEAR


class OnUsbPower(WearError):
    """USB power is there, and nothing that keeps the electrodes apart from the mains' earth."""

    hint = (
        "Through the cable the electrodes are tied to the computer's earth: take them off before it goes in. Train on "
        "the battery, and look at the session afterwards (buzzband sync). With a USB isolator in the cable, tell the "
        "band so: buzzband config set usb_isolator yes."
    )


class CalibrationRefused(WearError):
    """The band did not accept what it felt. What was stored before stays valid."""

    hint = "Calibrate again: what was stored before stays valid."


class ArchiveError(BuzzbandError):
    """The archive does not do what it is for. What bands hold stays there until it is safe."""

    exit_code = ExitCode.ARCHIVE


class ArchiveUnusable(ArchiveError):
    """The archive's folder cannot be read or written, or there is no room left."""

    hint = "Mend its permissions, or name another folder with --archive. Nothing was deleted on a band."


class ArchiveFaulty(ArchiveError):
    """A check of the archive found something that is not as it should be."""

    hint = "Each line above says what to do about it."


class IndexDamaged(ArchiveError):
    """The index of the archive cannot be read."""

    hint = "Make it anew with buzzband archive rebuild: all that it says stands in the raw logs, which are untouched."


class IndexTooNew(ArchiveError):
    """The index of the archive was made by a newer version of this tool."""

    hint = "Update with pip install --upgrade buzzband, or make an index of this version with buzzband archive rebuild."


class NoSuchSession(ArchiveError):
    """The archive has no session with that id."""

    hint = "List them with buzzband sessions; what is still on a band comes with buzzband sync."


class SeveralSessions(ArchiveError):
    """More than one session has an id that begins so; which one is meant is not guessed."""

    hint = "Give more of the id."


class SessionUnreadable(ArchiveError):
    """Nothing in a session can be read, so there is nothing to tell of it."""

    hint = "Choose another one: buzzband sessions lists them."


class AlreadyImported(ArchiveError):
    """The archive has a session of the same recording, made with other options."""

    hint = "To see it with others, take buzzband simulate. To have both in the archive, say --again."


class SeveralWearers(ArchiveError):
    """What is asked for is of more than one wearer, or of one whom nobody knows; who is meant is not guessed."""

    hint = "Name one of them with --wearer; --wearer '' is the one without a name."


class DriveError(BuzzbandError):
    """A board in BOOTSEL, which is a drive, does not take MicroPython."""

    exit_code = ExitCode.DRIVE


class WrongDrive(DriveError):
    """What is there is no Raspberry Pi Pico in BOOTSEL."""

    hint = "Hold BOOTSEL while you plug the Pico in; its drive is called RPI-RP2."


class DriveChanged(DriveError):
    """The drive went, or became another, just before it was to be written to; nothing was written."""

    hint = "Plug the Pico in again with BOOTSEL held, and repeat the command."


class DriveUnusable(DriveError):
    """The drive cannot be written to."""

    hint = "Plug the Pico in again with BOOTSEL held, and repeat the command."


class NotTaken(DriveError):
    """The UF2 was written, but the board stays in BOOTSEL: it did not get all of it."""

    hint = "Plug the Pico in again with BOOTSEL held, and repeat the command. If it repeats, try another cable."


class NotBack(DriveError):
    """The drive has gone, but the board did not come back with MicroPython."""

    hint = (
        "Plug the Pico in again without BOOTSEL and run buzzband devices; if it is not there, begin anew with BOOTSEL."
    )


class FirmwareError(BuzzbandError):
    """A UF2 is not what a band needs. No board has seen it."""

    exit_code = ExitCode.FIRMWARE


class BadUf2(FirmwareError):
    """A UF2 is damaged, or not for the flash of an RP2040."""

    hint = "Download it again. It is the UF2 for the Raspberry Pi Pico that is needed."


class WrongFirmware(FirmwareError):
    """A UF2 holds no MicroPython that the app runs on."""

    hint = "Leave --uf2 out: the tool gets MicroPython 1.24.1 for the Raspberry Pi Pico itself."


class Unwell(BuzzbandError):
    """The doctor found something that keeps a band from its work."""

    exit_code = ExitCode.UNWELL
    hint = "Each finding above says what to do about it."
