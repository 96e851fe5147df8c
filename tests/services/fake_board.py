"""A board at MicroPython's prompt, with its files in memory."""

from dataclasses import dataclass, field
from hashlib import sha256

from buzzband.errors import Unplugged
from buzzband.transports.board import Identity, Item

PORT = "/dev/ttyFAKE0"
PICO = Identity("micropython", (1, 24, 1), "rp2", "Raspberry Pi Pico with RP2040")


@dataclass
class FakeBoard:
    """A board at its prompt, with files in memory. ``done``: what was asked of it that changes something."""

    files: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    identity_: Identity = PICO
    done: list[tuple[str, str]] = field(default_factory=list)
    fails_after: int | None = None
    rots: str = ""

    def __post_init__(self) -> None:
        for path in self.files:
            self.mkdir(path.rpartition("/")[0])
        self.done.clear()

    def identity(self) -> Identity:
        return self.identity_

    def hashes(self, paths: list[str]) -> dict[str, str | None]:
        known = {path: sha256(data).hexdigest() for path, data in self.files.items()}
        return {path: known.get(path) for path in paths}

    def put(self, path: str, data: bytes) -> None:
        self._do("put", path)
        assert path.rpartition("/")[0] in {*self.folders, ""}
        self.files[path] = data + b"!" if path == self.rots else data

    def listdir(self, path: str) -> tuple[Item, ...]:
        folder = path.rstrip("/") + "/"
        known = [(name, True) for name in self.folders] + [(name, False) for name in self.files]
        inside = ((name.removeprefix(folder), kind) for name, kind in known if name.startswith(folder))
        return tuple(Item(name, kind) for name, kind in inside if "/" not in name)

    def mkdir(self, path: str) -> None:
        self._do("mkdir", path)
        parts = path.split("/")
        self.folders |= {"/".join(parts[:depth]) for depth in range(2, len(parts) + 1)}

    def remove(self, path: str) -> None:
        self._do("remove", path)
        del self.files[path]

    def rmdir(self, path: str) -> None:
        self._do("rmdir", path)
        assert self.listdir(path) == ()
        self.folders.remove(path)

    def exec(self, code: str) -> str:
        self._do("exec", code)
        return ""

    def reset(self) -> None:
        self._do("reset", "")

    def told(self, what: str) -> list[str]:
        return [path for done, path in self.done if done == what]

    def _do(self, what: str, path: str) -> None:
        self.done.append((what, path))
        if self.fails_after is not None and len(self.done) > self.fails_after:
            raise Unplugged(f"{PORT} has gone.")
