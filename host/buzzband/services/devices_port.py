"""Getting to a board: the port or the drive that is meant, and the link on a band's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from buzzband.defaults import LINK_PATIENCE_S as PATIENCE_S
from buzzband.errors import DriveUnusable, NoBoard, SeveralBoards
from buzzband.transports.drives import Drive, boot_drives, drive_at, unmounted
from buzzband.transports.link import Link
from buzzband.transports.ports import Port, all_ports, find_boards, find_port
from buzzband.transports.serial_port import open_port
from buzzband.wording import count


def chosen_port(port: str | None) -> str:
    """Return ``port``, or the one that a board with MicroPython is at. Raises NoBoard, SeveralBoards."""
    if port:
        return port
    try:
        return find_port()
    except NoBoard as error:
        if found := picos_in_bootsel():
            raise NoBoard(
                f"{error} A Pico in BOOTSEL is at {found[0].path}.", "Make a band of it first: buzzband flash."
            ) from error
        raise


def chosen_board(port: str | None = None, drive: str | None = None) -> str | Drive:
    """Return the port or drive that is named, or else of the only board with MicroPython or Pico in BOOTSEL there is.

    Raises NoBoard, SeveralBoards, WrongDrive, DriveUnusable (nothing has mounted it).
    """
    if drive:
        return drive_at(drive)
    if port:
        return port
    found: list[Port | Drive] = [*(port for port in all_ports() if port.is_micropython), *picos_in_bootsel()]
    if len(found) > 1:
        raise SeveralBoards(f"There are {count(len(found), 'board')}:{listing(found)}", "Name the one that is meant.")
    if not found:
        raise not_mounted() or _nothing()
    return found[0] if isinstance(found[0], Drive) else found[0].path


def picos_in_bootsel() -> tuple[Drive, ...]:
    """Return the Picos whose drives are mounted."""
    return tuple(drive for drive in boot_drives() if drive.is_pico)


def not_mounted() -> DriveUnusable | None:
    """Return an error for a Pico in BOOTSEL whose drive nothing has mounted, if there is one."""
    found = unmounted()
    if not found:
        return None
    return DriveUnusable(
        f"A Pico in BOOTSEL is plugged in, but its drive {found[0]} is not mounted.",
        f"Mount it with: udisksctl mount -b {found[0]}, then repeat the command.",
    )


def listing(found: Sequence[Drive | Port]) -> str:
    """Return candidates as lines, each with the option that would choose it."""
    return "".join(f"\n  --{'drive' if isinstance(each, Drive) else 'port'} {each}" for each in found)


def _nothing() -> NoBoard:
    others = "".join(f"\n  {each}" for each in (*all_ports(), *boot_drives()))
    what = f" What there is:{others}" if others else ""
    return NoBoard(
        f"No board with MicroPython and no Pico in BOOTSEL is plugged in.{what}",
        "Plug the Pico in with a cable that carries data; a new one with BOOTSEL held.",
    )


def chosen_ports(ports: Sequence[str]) -> tuple[str, ...]:
    """Return ``ports``, each once, or all that a board with MicroPython is at. Raises NoBoard."""
    return tuple(dict.fromkeys(ports)) or tuple(board.path for board in find_boards())


@contextmanager
def linked(port: str | None = None, patience_s: float = PATIENCE_S) -> Iterator[Link]:
    """Open the port of a band for as long as the block runs.

    ``patience_s``: how long the band may take to answer; an emulated one needs 15 times as long. Raises PortError.
    """
    with open_port(chosen_port(port)) as stream:
        yield Link(stream, patience_s=patience_s)
