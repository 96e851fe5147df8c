"""An update of the whole app on a simulated band: into the other slot, on trial, confirmed, or back again."""

from pathlib import Path
from typing import Any

import pytest

from app.bench import link_to
from app.updating import CHANGES, START_S, SlotBand, opener, packed, rolled_back, updated, version
from buzzband.archive import Archive
from buzzband.engines.band import PROMPT
from buzzband.engines.layer.world import SOFTWARE, WATCHDOG
from buzzband.errors import FellBack, NoOtherApp, NoRoom, Refused, SessionsAtRisk
from buzzband.packs import PACK_MAX, module_name, new_pack
from buzzband.services.update import update
from buzzband_fw.link import messages

APP = "buzzband_fw.app"
SESSION = "00112233445566aa"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    (tmp_path / "flash").mkdir()
    return tmp_path / "flash"


def modules(number: int) -> dict[str, bytes]:
    return {module_name(path): data for path, data in version(number).items()}


def in_slot(slot: str, spoil: Any) -> dict[str, Any]:
    """A patch of the app that does something to it in one slot only."""

    def apply(module: Any) -> None:
        init = module.App.__init__

        def made(self: Any, name: str = "a", *given: Any) -> None:
            init(self, name, *given)
            if name == slot:
                spoil(self)

        module.App.__init__ = made

    return {APP: apply}


def crash(app: Any) -> None:
    raise RuntimeError("no good")


def crash_when_it_runs(app: Any) -> None:
    app.turn = lambda _count: crash(app)


def hang(app: Any) -> None:
    def turn(_count: int) -> None:
        while True:
            app.muscle._adc.taken()

    app.turn = turn


def test_an_update_comes_into_the_other_slot_and_stays(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}) as virtual:
        done = updated(virtual, archive, 1)
        assert (done.band.slot, done.sent, virtual.held("b")) == ("b", (module_name(CHANGES),), modules(1))
        assert done.copied_bytes > 100_000 > 10_000 > done.sent_bytes
        virtual.reset()
        assert (virtual.slot, virtual.files()["slot.txt"]) == ("b", b"b")
        assert virtual.held("a") == modules(0)


def test_of_an_app_that_differs_in_one_module_only_that_is_sent_and_nothing_copied(
    flash: Path, archive: Archive
) -> None:
    with SlotBand(flash, {"a": packed(1), "b": packed(0)}) as virtual:
        done = updated(virtual, archive, 2)
        assert (done.sent, done.copied_bytes, virtual.held("b")) == ((module_name(CHANGES),), 0, modules(2))
        assert done.sent_bytes < 5000


def test_the_app_that_runs_already_is_left_alone(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}) as virtual:
        done = updated(virtual, archive, 0)
        assert (done.changed, done.band.slot, virtual.resets) == (False, "a", [])


def test_a_rollback_goes_back_and_forth(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed(0), "b": packed(1)}) as virtual:
        for slot in "bab":
            done = rolled_back(virtual, archive)
            assert (done.rolled_back, done.band.slot, virtual.files()["slot.txt"].decode()) == (True, slot, slot)


def test_without_an_app_in_the_other_slot_there_is_no_rollback(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}) as virtual, pytest.raises(NoOtherApp):
        rolled_back(virtual, archive)


def test_no_rollback_to_an_app_that_is_damaged(flash: Path, archive: Archive) -> None:
    damaged = bytearray(packed(1))
    damaged[5000] ^= 1
    with SlotBand(flash, {"a": packed(), "b": bytes(damaged)}) as virtual:
        with pytest.raises(Refused) as caught:
            rolled_back(virtual, archive)
        assert caught.value.reason == messages.MISMATCH
        assert (virtual.slot, virtual.resets) == ("a", [])


@pytest.mark.parametrize(("spoil", "why"), [(crash, SOFTWARE), (crash_when_it_runs, SOFTWARE), (hang, WATCHDOG)])
def test_an_app_that_is_not_well_gives_way_to_the_one_from_before(
    flash: Path, archive: Archive, spoil: Any, why: str
) -> None:
    with SlotBand(flash, {"a": packed()}, patches=in_slot("b", spoil), survives=True) as virtual:
        with pytest.raises(FellBack):
            updated(virtual, archive, 1)
        assert (virtual.resets[-1], virtual.files()["slot.txt"]) == (why, b"a")
        virtual.reset()
        assert (virtual.slot, link_to(virtual).hello().safe_mode) == ("a", False)


def test_an_app_that_cannot_be_imported_gives_way_at_once(flash: Path, archive: Archive) -> None:
    files = {**version(0), "buzzband_fw/joined.mpy": b"nothing that could be run"}
    with SlotBand(flash, {"a": packed()}, survives=True) as virtual:
        with pytest.raises(FellBack):
            update("simulated", files, archive, open_link=opener(virtual))
        assert (virtual.slot, virtual.files()["slot.txt"]) == ("a", b"a")


def test_a_core_that_counts_wrongly_is_not_confirmed(flash: Path, archive: Archive, monkeypatch: Any) -> None:
    monkeypatch.setattr("buzzband_fw.core.golden.VECTORS", (("any", 1, lambda: 2),))
    with SlotBand(flash, {"a": packed()}) as virtual:
        with pytest.raises(FellBack, match="self-test"):
            updated(virtual, archive, 1)
        assert (virtual.slot, virtual.files()["slot.txt"]) == ("a", b"a")


def test_an_app_that_nobody_confirms_has_one_start(flash: Path) -> None:
    with SlotBand(flash, {"a": packed(), "b": packed(1)}, "b?") as virtual:
        assert virtual.slot == "b"
        virtual.run_for(15)
        virtual.reset()
        assert virtual.slot == "a"


def test_a_trial_that_cannot_be_taken_back_is_none(flash: Path) -> None:
    script = [(0.0, "flash_error", 5)]
    with SlotBand(flash, {"a": packed(), "b": packed(1)}, "b?", script=script) as virtual:
        assert virtual.slot == "a"


def test_on_trial_no_session_begins_by_itself(flash: Path) -> None:
    with SlotBand(flash, {"a": packed(), "b": packed(1)}, "b?", usb_power=False) as virtual:
        (flash / "settings.json").write_text("{}")
        virtual.run_for(3)
        assert virtual.app.band.state == messages.IDLE


def test_what_a_trial_falls_back_on_is_not_written_to(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed(0), "b": packed(1)}, "b?") as virtual:
        virtual.run_for(2)
        for ask in (
            lambda slots: slots.empty(),
            lambda slots: slots.write(0, b"x"),
            lambda slots: slots.try_next(bytes(32)),
        ):
            with pytest.raises(Refused) as caught:
                ask(link_to(virtual).slots)
            assert caught.value.reason == messages.ON_TRIAL
        assert virtual.held("a") == modules(0)


def test_an_update_to_what_is_on_trial_confirms_it_and_to_anything_else_begins_from_the_app_before(
    flash: Path, archive: Archive
) -> None:
    with SlotBand(flash, {"a": packed(0), "b": packed(1)}, "b?") as virtual:
        virtual.run_for(2)
        assert updated(virtual, archive, 1).band.slot == "b"
        assert virtual.files()["slot.txt"] == b"b"
        (flash / "slot.txt").write_text("a?")
        virtual.reset()
        assert virtual.slot == "a"
        done = updated(virtual, archive, 2)
        assert (done.band.slot, virtual.held("a")) == ("a", modules(2))


def test_crash_after_crash_ends_with_the_other_app_in_safe_mode(flash: Path) -> None:
    with SlotBand(flash, {"a": packed(0), "b": packed(1)}, "b", patches=in_slot("b", crash), survives=True) as virtual:
        virtual.run_for(15)
        hello = link_to(virtual).hello()
        assert (len(virtual.resets), hello.slot, hello.safe_mode) == (6, "a", True)


def test_an_app_that_crashes_again_and_again_is_updated_in_safe_mode(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}, patches=in_slot("a", crash_in_sets), survives=True) as virtual:
        virtual.run_for(15)
        assert link_to(virtual).hello().safe_mode
        done = updated(virtual, archive, 1)
        assert (done.band.slot, done.band.safe_mode) == ("b", False)


def crash_in_sets(app: Any) -> None:
    if not app.band.faults & messages.SAFE_MODE:
        crash(app)


def test_sessions_that_the_archive_does_not_have_put_an_update_off(flash: Path, archive: Archive) -> None:
    (flash / "log").mkdir()
    (flash / "log" / f"{SESSION}.bbl").write_bytes(b"felt")
    with SlotBand(flash, {"a": packed()}) as virtual:
        for _ in range(2):
            with pytest.raises(SessionsAtRisk):
                updated(virtual, archive, 1)
            keep(archive, link_to(virtual).hello().uid, b"fe")
        assert "b.app" not in virtual.files()
        keep(archive, link_to(virtual).hello().uid, b"felt")
        assert updated(virtual, archive, 1).band.slot == "b"


def keep(archive: Archive, uid: str, data: bytes) -> None:
    from buzzband.archive.raw import sha256_of

    folder = archive.raw.band_folder(uid)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{SESSION}.{sha256_of(data)[:16]}.bbl").write_bytes(data)


def test_at_the_prompt_no_slot_is_mounted_any_more(flash: Path) -> None:
    unmounted: list[str] = []

    def listen(pack: Any) -> None:
        pack.Pack.umount = lambda mounted: unmounted.append(mounted.path)

    with SlotBand(flash, {"a": packed()}, patches={"pack": listen}) as virtual:
        virtual.run_for(START_S)
        assert unmounted == []
        link_to(virtual).repl()
        virtual.run_for(START_S)
        assert (virtual.state, unmounted) == (PROMPT, ["/a.app"])


def test_a_low_battery_puts_an_update_off(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}, supply_mv=3400) as virtual:
        with pytest.raises(Refused) as caught:
            updated(virtual, archive, 1)
        assert caught.value.reason == messages.BATTERY
        assert "b.app" not in virtual.files()


def test_a_band_that_is_worn_is_not_updated(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}, usb_power=False) as virtual:
        virtual.run_for(1)
        virtual.press()
        assert virtual.app.band.feels()
        with pytest.raises(Refused) as caught:
            link_to(virtual).slots.empty()
        assert caught.value.reason == messages.IN_USE


def test_flash_without_room_is_told_before_anything_is_written(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}, free_bytes=140_000) as virtual:
        with pytest.raises(NoRoom):
            updated(virtual, archive, 1)
        assert (virtual.slot, "b.app" in virtual.files()) == ("a", False)


def test_flash_that_fills_up_meanwhile_leaves_the_app_that_runs(flash: Path, archive: Archive) -> None:
    with SlotBand(flash, {"a": packed()}) as virtual:
        virtual.run_for(START_S)
        virtual.world.flash.free_bytes = 50_000
        with pytest.raises(Refused) as caught:
            updated(virtual, archive, 1)
        assert caught.value.reason == messages.FAILED
        virtual.reset()
        assert virtual.slot == "a"


def test_too_much_appended_is_made_anew(flash: Path, archive: Archive) -> None:
    spare = {**version(0), "buzzband_fw/spare.mpy": b"M" + bytes(PACK_MAX - len(packed(0)) - 200)}
    with SlotBand(flash, {"a": packed(0), "b": new_pack(spare)}) as virtual:
        done = updated(virtual, archive, 1)
        assert (done.sent, virtual.held("b")) == ((module_name(CHANGES),), modules(1))
        assert len(virtual.files()["b.app"]) == len(packed(1))
