"""Sessions on a band: listed, copied, understood."""

import pytest

from buzzband.engines.recorded import pull_session
from buzzband.errors import UnknownFormat
from buzzband.services.devices_port import chosen_port, linked
from buzzband.services.sessions import list_sessions, pull_sessions
from buzzband.transports.link import Link
from buzzband.transports.replies import Entry
from recordings.log_builder import SESSION, session
from transports.fake_band import TUESDAY, UID, FakeBand


def link_to(sessions: dict[str, bytes]) -> Link:
    return Link((band := FakeBand(sessions)), clock=band.clock)


def test_a_band_is_listed_with_its_sessions() -> None:
    found = list_sessions(link_to({SESSION: b"1234"}))
    assert (found.band.uid, found.entries) == (UID, (Entry(SESSION, 4, False),))


def test_a_session_is_pulled_byte_for_byte_and_understood() -> None:
    data = session(250).bytes()
    pulled = pull_session(link_to({SESSION: data}), SESSION)
    assert (pulled.session_id, pulled.data, len(pulled.log.permille)) == (SESSION, data, 250)


def test_without_ids_all_are_pulled_and_progress_counts_them_all() -> None:
    shares: list[float] = []
    data = session(100).bytes()
    pulled = pull_sessions(link_to({SESSION: data, TUESDAY: data}), progress=shares.append)
    assert [one.session_id for one in pulled] == [SESSION, TUESDAY]
    assert shares == sorted(shares)
    assert (shares[0] < 0.5, shares[-1]) == (True, 1.0)


def test_what_is_no_session_is_told() -> None:
    with pytest.raises(UnknownFormat):
        pull_session(link_to({SESSION: b"rubbish"}), SESSION)


def test_a_port_that_is_named_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.devices_port.find_port", lambda: "/dev/found")
    assert chosen_port("/dev/named") == "/dev/named"
    assert chosen_port(None) == "/dev/found"


def test_a_link_is_opened_on_the_port_and_closed_with_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    class Port(FakeBand):
        def __enter__(self) -> "Port":
            return self

        def __exit__(self, *_: object) -> None:
            closed.append(True)

    monkeypatch.setattr("buzzband.services.devices_port.open_port", lambda _path: Port())
    with linked("/dev/named", patience_s=3.0) as link:
        assert (link.patience_s, link.hello().uid, closed) == (3.0, UID, [])
    assert closed == [True]
