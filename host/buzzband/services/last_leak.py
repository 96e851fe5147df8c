"""What the electrodes heard of the motor at a band's last calibration: it stands in the header of its sessions."""

from collections.abc import Iterator, Mapping
from typing import Any

from buzzband.archive import Archive
from buzzband.errors import ArchiveError, LinkError, UnknownFormat
from buzzband.recordings.framing import intact_records
from buzzband.recordings.log_header import read_header
from buzzband.transports.link import Link
from buzzband_fw.store import records

_HEADER_MAX = 1100  # bytes: the longest record there can be
_SESSIONS_MAX = 16  # of those that lie on the band


def last_leak_permille(link: Link, uid: str, archive: Archive) -> int | None:
    """Return the leak in permille of the span, of the latest session that tells it; None if none does."""
    found: list[tuple[int, int]] = []
    for header in (*_on_band(link), *_in_archive(archive, uid)):
        boot, calibration = header.get("boot", -1), header.get("calibration", {})
        leak = calibration.get("leak_permille")
        if type(leak) is int and type(boot) is int:
            found.append((boot, leak))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _on_band(link: Link) -> Iterator[Mapping[str, Any]]:
    try:
        for entry in link.sessions()[-_SESSIONS_MAX:]:
            data = bytearray()
            link.read_session(entry.session_id, 0, min(entry.size, _HEADER_MAX), data.extend)
            yield _header(bytes(data), entry.session_id)
    except LinkError:
        return


def _in_archive(archive: Archive, uid: str) -> Iterator[Mapping[str, Any]]:
    try:
        with archive.in_use():
            for log in archive.raw.logs(uid):
                with log.path.open("rb") as file:
                    yield _header(file.read(_HEADER_MAX), log.session_id)
    except ArchiveError:
        return


def _header(data: bytes, session_id: str) -> Mapping[str, Any]:
    for record in intact_records(data, session_id):
        if record.kind == records.HEADER:
            try:
                return read_header(record.payload, session_id)
            except (ValueError, UnknownFormat):
                return {}
    return {}
