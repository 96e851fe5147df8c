"""What is to be sent, and what the band copies itself, for an app to be whole in the slot that does not run.

What is there already stays: new modules are appended, and a manifest. Where that would be too much, or there is
nothing, the pack is made anew: what is in the app that runs the band copies from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from buzzband.packs import PACK_MAX, Manifest, Place, digest, manifest
from buzzband.transports.slots import COPY_MAX
from buzzband_fw.link.updating import WRITE_MAX


@dataclass(frozen=True)
class Send:
    """Bytes that go over the link, to be appended at ``offset``."""

    offset: int
    data: bytes


@dataclass(frozen=True)
class Copy:
    """So many bytes from ``start`` of the pack that runs, to be appended at ``offset``."""

    offset: int
    start: int
    size: int


Step = Send | Copy


@dataclass(frozen=True)
class Plan:
    """``kept``: bytes of what is in the slot that stay; 0: it is emptied first. ``sent``: names of modules.

    ``begins``: what the slot holds when the first so many bytes of the plan are done; b"" for a plan that appends.
    """

    kept: int
    steps: tuple[Step, ...]
    sha256: bytes
    size: int
    sent: tuple[str, ...]
    image: bytes = b""


def plan(modules: Mapping[str, bytes], there: Manifest | None, running: Manifest | None) -> Plan:
    """Return how ``modules``, contents by name, come into a slot that holds ``there``, beside the app ``running``."""
    if there is not None:
        appended = _appended(modules, there)
        if appended.size <= PACK_MAX:
            return appended
    return _anew(modules, running)


def resumed(wanted: Plan, done: int) -> Plan:
    """Return what is left of a plan to make a pack anew, when its first ``done`` bytes are there."""
    return Plan(done, tuple(_left(wanted.steps, done)), wanted.sha256, wanted.size, wanted.sent, wanted.image)


def holds(found: Manifest | None, modules: Mapping[str, bytes]) -> bool:
    """Return whether a pack holds exactly these modules."""
    return found is not None and {place.name: place.digest for place in found.places} == {
        name: digest(data) for name, data in modules.items()
    }


def in_frames(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps in pieces that one request takes."""
    for step in steps:
        if isinstance(step, Send):
            for at in range(0, len(step.data), WRITE_MAX):
                yield Send(step.offset + at, step.data[at : at + WRITE_MAX])
        else:
            for at in range(0, step.size, COPY_MAX):
                yield Copy(step.offset + at, step.start + at, min(COPY_MAX, step.size - at))


def _appended(modules: Mapping[str, bytes], there: Manifest) -> Plan:
    if holds(there, modules):
        return Plan(there.size, (), there.sha256, there.size, ())
    places, sent, at = [], [], there.size
    for name, data in modules.items():
        place = _same(there, name, data)
        if place is None:
            sent.append(name)
            place = Place(name, at, len(data), digest(data))
            at += len(data)
        places.append(place)
    end = manifest(places, at, modules)
    data = b"".join(modules[name] for name in sent) + end.pack()
    return Plan(there.size, (Send(there.size, data),), end.sha256, end.size, tuple(sent))


def _anew(modules: Mapping[str, bytes], running: Manifest | None) -> Plan:
    steps: list[Step] = []
    places, sent, at = [], [], 0
    for name, data in modules.items():
        known = running and _same(running, name, data)
        if known:
            _add(steps, Copy(at, known.start, known.size))
        else:
            sent.append(name)
            _add(steps, Send(at, data))
        places.append(Place(name, at, len(data), digest(data)))
        at += len(data)
    end = manifest(places, at, modules)
    _add(steps, Send(at, end.pack()))
    return Plan(0, tuple(steps), end.sha256, end.size, tuple(sent), b"".join(modules.values()) + end.pack())


def _same(found: Manifest, name: str, data: bytes) -> Place | None:
    """Return where a pack has this very module."""
    place = found.by_name.get(name)
    return place if place and (place.digest, place.size) == (digest(data), len(data)) else None


def _add(steps: list[Step], step: Step) -> None:
    """Append a step; to the last one, where it goes on with that."""
    last = steps[-1] if steps else None
    if isinstance(last, Send) and isinstance(step, Send):
        steps[-1] = Send(last.offset, last.data + step.data)
    elif isinstance(last, Copy) and isinstance(step, Copy) and last.start + last.size == step.start:
        steps[-1] = Copy(last.offset, last.start, last.size + step.size)
    else:
        steps.append(step)


def _left(steps: Sequence[Step], done: int) -> Iterator[Step]:
    for step in steps:
        size = len(step.data) if isinstance(step, Send) else step.size
        skip = min(max(done - step.offset, 0), size)
        if skip == size:
            continue
        if isinstance(step, Send):
            yield Send(step.offset + skip, step.data[skip:])
        else:
            yield Copy(step.offset + skip, step.start + skip, size - skip)
