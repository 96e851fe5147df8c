"""``buzzband config``: settings of a band, or of a file like its settings.json, read and changed all or nothing."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from buzzband.atomic import replace_file
from buzzband.defaults import LINK_PATIENCE_S as PATIENCE_S
from buzzband.errors import BadSettingsFile, NoSuchWearer, OutputFailed, WrongValue
from buzzband.services import settings as words
from buzzband.services.devices_port import chosen_port
from buzzband.transports.link import Link
from buzzband.transports.replies import Changed, Config
from buzzband.transports.serial_port import open_port
from buzzband.wording import count
from buzzband_fw.store.changes import Wrong, difference, merge
from buzzband_fw.store.schema import (
    FILE_MAX,
    SCHEMA,
    WEARERS_MAX,
    cleaned,
    is_valid,
    parse,
    values_of,
)

DOCUMENT = "buzzband-config-1"
Changes = Mapping[str, Any]
"""Of the shape of settings.json; None takes a setting back to its default, and a wearer away."""


class Store(Protocol):
    """Where settings are. Raises LinkError, SettingsError, OutputFailed."""

    @property
    def where(self) -> str:
        """Return the port or the path."""
        ...

    def config(self) -> Config:
        """Return the settings that hold."""
        ...

    def change(self, changes: Changes) -> Changed:
        """Make changes, all or nothing."""
        ...


@dataclass(frozen=True)
class BandStore:
    """The settings of a band at the other end of a link."""

    link: Link
    where: str

    def config(self) -> Config:
        """See ``Store``."""
        return self.link.config()

    def change(self, changes: Changes) -> Changed:
        """See ``Store``."""
        return self.link.change(changes)


@dataclass(frozen=True)
class FileStore:
    """The settings in a file, which need not be there yet."""

    path: Path

    @property
    def where(self) -> str:
        """See ``Store``."""
        return str(self.path)

    def config(self) -> Config:
        """See ``Store``. Raises BadSettingsFile."""
        problems: list[str] = []
        clean = cleaned(self._document(), problems)
        return Config(values_of(clean), tuple(sorted(clean.get("wearers", ()))), tuple(problems))

    def change(self, changes: Changes) -> Changed:
        """See ``Store``. Raises BadSettingsFile, WrongValue, OutputFailed."""
        clean = cleaned(self._document(), [])
        before = values_of(clean)
        merge(clean, changes)
        text = json.dumps(clean, indent=2).encode() + b"\n"
        if len(text) > FILE_MAX:
            raise WrongValue(f"These would be {len(text)} bytes of settings.", f"A band reads {FILE_MAX} at most.")
        try:
            replace_file(self.path, text)
        except OSError as error:
            raise OutputFailed(f"{self.path} cannot be written: {error.strerror or error}.") from error
        return Changed(*difference(before, values_of(clean)))

    def _document(self) -> dict[str, Any]:
        try:
            with self.path.open("rb") as file:
                data = file.read(FILE_MAX + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise BadSettingsFile(f"{self.path} cannot be read: {error.strerror or error}.") from error
        found: dict[str, Any] | None = parse(data)
        if found is None:
            raise BadSettingsFile(f"{self.path} holds no settings.")
        return found


@dataclass(frozen=True)
class Change:
    """One setting, before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Done:
    """What a change came to."""

    where: str
    changes: tuple[Change, ...]
    wearers: tuple[str, ...]
    wearer: str | None


@dataclass(frozen=True)
class Shown:
    """Settings to look at. ``names``: those that are wanted."""

    where: str
    config: Config
    names: tuple[str, ...]


@contextmanager
def opened(port: str | None, file: Path | None, patience_s: float = PATIENCE_S) -> Iterator[Store]:
    """Open a band, or else ``file``, for as long as the block runs. Raises PortError."""
    if file is not None:
        yield FileStore(file)
        return
    path = chosen_port(port)
    with open_port(path) as stream:
        yield BandStore(Link(stream, patience_s=patience_s), path)


def get(store: Store, name: str | None = None) -> Shown:
    """Return the settings, or one of them. Raises NoSuchSetting."""
    if name is not None:
        words.require_name(name)
    config = store.config()
    names = tuple(known for known in SCHEMA if known in config.values)
    return Shown(store.where, config, names if name is None else (name,))


def change(store: Store, changes: Changes) -> Done:
    """Change settings, all or nothing. Raises NoSuchSetting, WrongValue, NoSuchWearer."""
    before = store.config()
    _rehearse(before, changes)
    if not (needed := _needed(before, changes)) and not before.problems:
        return Done(store.where, (), before.wearers, before.values.get("wearer"))
    store.change(needed)
    after = store.config()
    differing = tuple(
        Change(name, before.values.get(name), after.values.get(name))
        for name in SCHEMA
        if before.values.get(name) != after.values.get(name)
    )
    return Done(store.where, differing, after.wearers, after.values.get("wearer"))


def reset(store: Store, names: Sequence[str] = ()) -> Done:
    """Take settings back to their defaults: those named, or all but who wears the band."""
    for name in names:
        words.require_name(name)
    return change(store, dict.fromkeys(names or [name for name in SCHEMA if name != "wearer"]))


def add_wearer(store: Store, name: str) -> Done:
    """Add a wearer, with defaults. One who is there stays."""
    return change(store, {"wearers": {name: {}}})


def use_wearer(store: Store, name: str | None) -> Done:
    """Let a wearer wear the band; None: the one without a name."""
    return change(store, {"wearer": name})


def remove_wearer(store: Store, name: str) -> Done:
    """Forget a wearer and what belongs to him. Raises NoSuchWearer."""
    if name not in (known := store.config().wearers):
        raise _no_such_wearer(name, known)
    return change(store, {"wearers": {name: None}})


def editable(config: Config) -> str:
    """Return the settings as TOML to edit: defaults are comments."""
    lines = ["# A line that is a comment, or missing, stands for the default. Save and close to apply."]
    for name in (known for known in SCHEMA if known != "wearer"):
        value, default = config.values.get(name), SCHEMA[name][0]
        wanted = f"{name} = {json.dumps(value, ensure_ascii=False)}"
        lines += [
            "",
            f"# {words.MEANINGS[name]}. It is {words.allowed(name)}; without the line, {words.shown(name, default)}",
        ]
        lines.append(f"# {name} =" if value is None else f"# {wanted}" if value == default else wanted)
    return "\n".join(lines) + "\n"


def edited(text: str) -> dict[str, Any]:
    """Return the changes that an edited text asks for. Raises NoSuchSetting, WrongValue."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongValue(
            f"This is no TOML: {error}.", 'A line is a name, = and a value: text in "", true or false.'
        ) from error
    for name, value in told.items():
        words.require_name(name)
        if not is_valid(name, value):
            raise words.wrong(name, value)
    return {name: told.get(name) for name in SCHEMA if name != "wearer" or name in told}


def _needed(config: Config, changes: Changes) -> dict[str, Any]:
    """Return the changes without those that change nothing."""
    if "wearer" in changes or "wearers" in changes:
        return dict(changes)
    defaults = {name: SCHEMA[name][0] for name in SCHEMA}
    wanted = {name: defaults[name] if value is None else value for name, value in changes.items()}
    return {name: changes[name] for name, value in wanted.items() if config.values.get(name) != value}


def _rehearse(config: Config, changes: Changes) -> None:
    """Raise what stands against changes, before the band is asked to make them."""
    for name in changes:
        if name != "wearers":
            words.require_name(name)
    values = {name: value for name, value in config.values.items() if value is not None}
    wearer = values.get("wearer")
    wearers: dict[str, Any] = {name: {} for name in config.wearers}
    if wearer in wearers:
        wearers[wearer] = {name: values.pop(name) for name in list(values) if words.belongs_to_wearer(name)}
    document = cleaned({**values, "wearers": wearers} if wearers else values, [])
    try:
        merge(document, changes)
    except Wrong as error:
        raise _objection(error.args[0], changes, config) from error


def _objection(name: str, changes: Changes, config: Config) -> Exception:
    """Return our error for the setting that stands against a change."""
    if name == "wearers":
        return NoSuchWearer(
            f"A band knows {WEARERS_MAX} wearers at most.", "Remove one: buzzband config wearer remove NAME."
        )
    if name == "wearer":
        given = changes.get("wearer") or next(iter(changes.get("wearers", {})), "")
        return _no_such_wearer(given, config.wearers) if is_valid("wearer", given) else words.wrong(name, given)
    given = changes.get(name)
    if is_valid(name, given):
        return WrongValue(
            f"{name} is not above {name.replace('reference', 'rest')}.", "A reference is the higher of the two."
        )
    return words.wrong(name, given)


def _no_such_wearer(name: str, known: Sequence[str]) -> NoSuchWearer:
    others = f"Those there are: {words.names(list(known))}." if known else "There are none yet."
    return NoSuchWearer(f"There is no wearer {name!r}.", f"{others} Add one with buzzband config wearer add NAME.")


def shown_text(found: Shown) -> str:
    """Return what ``buzzband config get`` prints."""
    config = found.config
    if len(found.names) == 1:
        (name,) = found.names
        return (
            f"{name} = {words.shown(name, config.values.get(name))}\n{words.MEANINGS[name]}. "
            f"It is {words.allowed(name)}; a change counts {words.effect(name)}."
        )
    width = max(map(len, found.names), default=0)
    rows = [f"{name:{width}}  {words.shown(name, config.values[name])}{_default(name, config)}" for name in found.names]
    return "\n".join([*rows, *_trouble(config)])


def _default(name: str, config: Config) -> str:
    return "" if config.values[name] == SCHEMA[name][0] else f"  (default: {words.shown(name, SCHEMA[name][0])})"


def _trouble(config: Config) -> list[str]:
    if not config.problems:
        return []
    return [f"Damaged or wrong, so that the last good ones or defaults stand: {words.names(list(config.problems))}."]


def shown_document(found: Shown) -> dict[str, Any]:
    """Return the document that ``buzzband config get --json`` prints."""
    config = found.config
    return {
        "schema": DOCUMENT,
        "where": found.where,
        "settings": {name: config.values.get(name) for name in found.names},
        "wearers": config.wearers,
        "problems": config.problems,
    }


def done_text(done: Done) -> str:
    """Return what a change prints: each setting before and after, and when it counts."""
    if not done.changes:
        return "No setting differs from before."
    return "\n".join(
        f"{each.name}: {words.shown(each.name, each.before)} -> {words.shown(each.name, each.after)}, "
        f"{words.effect(each.name)}"
        for each in done.changes
    )


def done_document(done: Done) -> dict[str, Any]:
    """Return the document that a change prints with ``--json``."""
    changes = [
        {"name": each.name, "before": each.before, "after": each.after, "counts": words.effect(each.name)}
        for each in done.changes
    ]
    return {"schema": DOCUMENT, "where": done.where, "changes": changes, **_wearers(done.wearers, done.wearer)}


def wearers_text(found: Shown) -> str:
    """Return what ``buzzband config wearer list`` prints; a star stands before who wears the band."""
    wearer = found.config.values.get("wearer")
    rows = [f"{'*' if name == wearer else ' '} {name}" for name in found.config.wearers]
    return "\n".join(rows) or "There are no wearers with a name."


def wearers_done_text(done: Done) -> str:
    """Return what a change of the wearers prints."""
    who = f"{done.wearer} wears the band" if done.wearer else "Who wears the band has no name"
    return (
        f"{count(len(done.wearers), 'wearer').capitalize()} with a name. {who}; that counts {words.effect('wearer')}."
    )


def wearers_document(found: Shown) -> dict[str, Any]:
    """Return the document that ``buzzband config wearer list --json`` prints."""
    config = found.config
    return {"schema": DOCUMENT, "where": found.where, **_wearers(config.wearers, config.values.get("wearer"))}


def _wearers(names: Sequence[str], wearer: str | None) -> dict[str, Any]:
    return {"wearer": wearer, "wearers": list(names)}
