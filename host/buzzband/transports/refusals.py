"""What it means when a band says no."""

from buzzband.errors import Refused
from buzzband.transports import replies
from buzzband_fw import names
from buzzband_fw.link import messages

KINDS = (
    "",
    "HELLO",
    "STATUS",
    "LIST",
    "READ",
    "HASH",
    "STREAM",
    "REPL",
    "RESET",
    "CONFIG",
    "TIME",
    "DELETE",
    "CALIBRATE",
    "MARK",
    "SLOT",
)

_HINTS = {
    messages.UNKNOWN_KIND: "The band's app is older than this tool: bring it up to date with buzzband flash.",
    messages.NO_SUCH_SESSION: "List the sessions anew; their ids have 16 hexadecimal digits.",
    messages.BUSY: "It is in the middle of a set. Try again when the wearer rests.",
    messages.FAILED: "Its flash could not be read or written. Plug it again and repeat the command.",
    messages.WRONG_SETTING: "Nothing is changed. Bring band and tool to the same version: buzzband flash.",
    messages.MISMATCH: "Nothing is changed. What the band has is not what was sent or copied: run the command again.",
    messages.IN_USE: "Nothing is changed. End the session with the band's button first.",
    messages.ON_TRIAL: "The app that runs is on trial. Restart the band: it goes back to the one from before.",
    messages.BATTERY: "Nothing is changed. Charge the battery first.",
}


def refused(reason: int, message: str, hint: str | None = None) -> Refused:
    """Return the error for one of the reasons in buzzband_fw.link.messages."""
    error = Refused(message, hint or _HINTS.get(reason))
    error.reason = reason
    return error


def refusal_of(kind: int, payload: bytes) -> Refused | None:
    """Return the error for a REFUSED, or None if it refuses something of another kind. Raises ValueError."""
    reason, refused_kind = replies.refusal(payload)
    if refused_kind != kind:
        return None
    return refused(reason, f"The band refuses {KINDS[kind]}: {_words(reason, payload)}.")


def _words(reason: int, payload: bytes) -> str:
    if reason == messages.WRONG_SETTING:
        return f"it cannot have {replies.wrong_setting(payload)}"
    return names.REASONS[reason] if 0 < reason < len(names.REASONS) else f"reason {reason}"
