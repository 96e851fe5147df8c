"""``buzzband update``: another app into the slot that does not run, and a trial.

Nothing that the band needs is touched: the app that runs stays where it is, and starts again if the new one is not
well. What was cut off goes on with the next run.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from buzzband.archive import Archive
from buzzband.archive.raw import sha256_of
from buzzband.defaults import UPDATE_PATIENCE_S
from buzzband.errors import FellBack, LinkError, NoOtherApp, NoRoom, NotStarted, PortError, Refused, SessionsAtRisk
from buzzband.packs import Manifest, module_name
from buzzband.progress import Progress, no_progress
from buzzband.services.update_plan import Plan, Send, holds, in_frames, plan, resumed
from buzzband.transports import ports
from buzzband.transports.link import Link
from buzzband.transports.replies import Entry, Hello
from buzzband.transports.slots import other
from buzzband.wording import count

SCHEMA = "buzzband/update/1"
RESERVE_BYTES = 65536  # stay free: sessions end at half of it, and littlefs needs some to write at all

_PAUSE_S = 0.2
_RETURN_PATIENCES = 4
_GREETINGS = 5
_WRITTEN_SHARE = 0.8  # of the bar; then it is verified, restarted and tested

OpenLink = Callable[[str, float], AbstractContextManager[Link]]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Updated:
    """What was done. ``band``: what it says of itself now; ``before``: the version that ran. ``sent``: modules.

    ``changed``: False if the app was there already. ``rolled_back``: the other app runs again.
    """

    port: str
    band: Hello
    before: str
    changed: bool = True
    rolled_back: bool = False
    sent: tuple[str, ...] = ()
    sent_bytes: int = 0
    copied_bytes: int = 0


def update(
    port: str,
    files: Mapping[str, bytes],
    archive: Archive,
    *,
    open_link: OpenLink,
    patience_s: float = UPDATE_PATIENCE_S,
    progress: Progress = no_progress,
) -> Updated:
    """Bring the app of ``files``, as ``bundle.app_files`` gives them, onto a band, and see it run.

    Raises PortError, LinkError, BoardError, ArchiveError.
    """
    modules = {module_name(path): data for path, data in sorted(files.items())}
    run = _Run(port, archive, open_link, patience_s, progress)
    before = run.talk(run.begin)
    if run.on_trial and not holds(run.running, modules):
        run.talk(Link.reset)  # back to the app from before: what is on trial is not what is wanted
        before = run.talk_again(run.begin)
    if holds(run.running, modules):
        return run.finish(before, changed=run.on_trial)
    wanted = run.talk(lambda link: run.write(link, modules))
    run.talk(lambda link: run.restart(link, wanted.sha256))
    return run.finish(before, wanted=wanted, slot=other(before.slot))


def roll_back(
    port: str,
    archive: Archive,
    *,
    open_link: OpenLink,
    patience_s: float = UPDATE_PATIENCE_S,
    progress: Progress = no_progress,
) -> Updated:
    """Let a band go back to the app in the other slot. Raises PortError, LinkError, BoardError, ArchiveError."""
    run = _Run(port, archive, open_link, patience_s, progress)
    before = run.talk(run.begin)
    if run.on_trial:
        run.talk(Link.reset)
        return run.finish(before, rolled_back=True, slot=other(before.slot))
    if run.there is None:
        raise NoOtherApp(f"Slot {other(before.slot)} of the band holds no app.")
    sha256 = run.there.sha256
    run.talk(lambda link: run.restart(link, sha256))
    return run.finish(before, rolled_back=True, slot=other(before.slot))


class _Run:
    """One band. ``running``, ``there``: what the slot that runs and the other one hold, where that is a pack."""

    def __init__(self, port: str, archive: Archive, open_link: OpenLink, patience_s: float, progress: Progress) -> None:
        self.running: Manifest | None = None
        self.there: Manifest | None = None
        self.on_trial = False
        self._there_size = -1
        self._port = port
        self._serial_number = ports.serial_number_of(port)
        self._archive = archive
        self._open_link = open_link
        self._patience_s = patience_s
        self._progress = progress

    def talk(self, deed: Callable[[Link], _Result]) -> _Result:
        """Return what ``deed`` makes of the link."""
        with self._open_link(self._port, self._patience_s) as link:
            return deed(link)

    def talk_again(self, deed: Callable[[Link], _Result]) -> _Result:
        """Do so once the band has restarted, wherever its port is then. Raises NotStarted."""
        deadline = time.monotonic() + self._patience_s * _RETURN_PATIENCES
        while True:
            try:
                self._port = (ports.path_of(self._serial_number) if self._serial_number else None) or self._port
                self.talk(Link.hello)
                break
            except (PortError, LinkError) as error:
                if time.monotonic() > deadline:
                    raise NotStarted(f"The band does not come back after its restart. {error}") from error
            time.sleep(_PAUSE_S)
        return self.talk(deed)

    def begin(self, link: Link) -> Hello:
        """Look at what there is. Raises SessionsAtRisk."""
        hello = link.hello()
        self._require_synced(link, hello.uid)
        look = link.slots.look(other(hello.slot))
        self.on_trial = look.on_trial
        self._there_size = look.size
        self.there = link.slots.manifest(other(hello.slot), look.size)
        self.running = link.slots.manifest(hello.slot, link.slots.look(hello.slot).size)
        return hello

    def write(self, link: Link, modules: Mapping[str, bytes]) -> Plan:
        """Bring the modules into the slot that does not run. Raises NoRoom."""
        wanted = self._prepared(link, plan(modules, self.there, self.running))
        for step in in_frames(wanted.steps):
            if isinstance(step, Send):
                link.slots.write(step.offset, step.data)
            else:
                link.slots.copy(step.offset, step.start, step.size)
            self._progress(_WRITTEN_SHARE * step.offset / wanted.size)
        return wanted

    def restart(self, link: Link, sha256: bytes) -> None:
        """Let the band verify what is in the other slot, and try it."""
        link.slots.try_next(sha256)
        self._progress(_WRITTEN_SHARE)
        link.reset()

    def finish(
        self,
        before: Hello,
        *,
        wanted: Plan | None = None,
        slot: str | None = None,
        changed: bool = True,
        rolled_back: bool = False,
    ) -> Updated:
        """See the app run that is wanted, and let it stay. ``slot``: where it is. Raises FellBack."""

        def confirmed(link: Link) -> Hello:
            hello = link.hello()
            if slot is not None and hello.slot != slot:
                raise FellBack(f"The app in slot {slot} was tried, but {hello.app} in slot {hello.slot} runs.")
            try:
                link.slots.confirm()
            except Refused as refusal:
                link.reset()
                raise FellBack(
                    f"The app in slot {hello.slot} was tried, but its self-test failed: {refusal}"
                ) from refusal
            return hello

        band = self.talk_again(confirmed)
        self._progress(1.0)
        steps = wanted.steps if wanted else ()
        sizes = [len(step.data) if isinstance(step, Send) else step.size for step in steps]
        sent_bytes = sum(size for step, size in zip(steps, sizes, strict=True) if isinstance(step, Send))
        return Updated(
            self._port,
            band,
            before.app,
            changed,
            rolled_back,
            wanted.sent if wanted else (),
            sent_bytes,
            sum(sizes) - sent_bytes,
        )

    def _prepared(self, link: Link, wanted: Plan) -> Plan:
        """Return the plan, or what is left of it, with the slot as it is to be when it begins. Raises NoRoom."""
        if not wanted.kept:
            done = max(self._there_size, 0)
            begun = 0 < done <= len(wanted.image)
            if begun and link.slots.prefix_sha256(done) == sha256_of(wanted.image[:done]):
                wanted = resumed(wanted, done)
            else:
                link.slots.empty()
        free_bytes = link.hello().free_bytes
        if wanted.size - wanted.kept > free_bytes - RESERVE_BYTES:
            raise NoRoom(f"The app needs {wanted.size - wanted.kept} bytes, but {free_bytes} are free on the band.")
        return wanted

    def _require_synced(self, link: Link, uid: str) -> None:
        missing = [entry for entry in link.sessions() if not self._is_safe(link, uid, entry)]
        if missing:
            raise SessionsAtRisk(
                f"{count(len(missing), 'session')} on the band, but not in {self._archive.folder}.",
                "Bring them into the archive first: buzzband sync.",
            )

    def _is_safe(self, link: Link, uid: str, entry: Entry) -> bool:
        """Return whether the archive has what the band has of a session."""
        if not entry.size:
            return True
        with self._archive.in_use():
            logs = self._archive.raw.logs(uid, entry.session_id)
            known = {sha256_of(log.read()[: entry.size]) for log in logs if log.size >= entry.size}
        return bool(known) and link.hash(entry.session_id, entry.size) in known


def update_text(done: Updated) -> str:
    """Return what ``buzzband update`` prints."""
    runs = f"App {done.band.app} runs from slot {done.band.slot}, band {done.band.uid}, at {done.port}."
    if done.rolled_back:
        return f"Back to the app from before {done.before}.\n{runs}"
    if not done.changed:
        return f"Nothing to do: the band has this very app.\n{runs}"
    sent = f"{count(len(done.sent), 'module')} sent ({done.sent_bytes} bytes)"
    return f"{sent}, {done.copied_bytes} bytes copied on the band.\n{runs}"


def update_document(done: Updated) -> dict[str, Any]:
    """Return the document that ``buzzband update --json`` prints."""
    return {"schema": SCHEMA, **asdict(done)}
