"""Change calendars, and GetCalendarState."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.clock import START

if TYPE_CHECKING:
    from sandbox import Sandbox
    from sandbox_tests.conftest import ExpectClientError

HOUR = 3600


def calendar(default: str = "OPEN", *events: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"X-CALENDAR-TYPE:DEFAULT_{default}", *events, "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT"])


def create(sandbox: Sandbox, name: str, content: str) -> None:
    sandbox.client("ssm").create_document(
        Name=name, DocumentType="ChangeCalendar", DocumentFormat="TEXT", Content=content
    )


def state(sandbox: Sandbox, *names: str) -> str:
    found: str = sandbox.client("ssm").get_calendar_state(CalendarNames=list(names))["State"]
    return found


def test_events_turn_the_default_around(sandbox: Sandbox) -> None:
    day = f"{START:%Y%m%d}"
    during = event(f"DTSTART:{day}T{START:%H%M%S}Z", f"DTEND;TZID=Asia/Tokyo:{day}T235959")
    create(sandbox, "open", calendar("OPEN", during))
    create(sandbox, "closed", calendar("CLOSED", during))
    assert (state(sandbox, "open"), state(sandbox, "closed"), state(sandbox, "open", "closed")) == (
        "CLOSED",
        "OPEN",
        "CLOSED",
    )
    sandbox.clock.advance(30 * HOUR)
    assert (state(sandbox, "open"), state(sandbox, "closed")) == ("OPEN", "CLOSED")


def test_events_recur(sandbox: Sandbox) -> None:
    begin = f"{START:%Y%m%dT%H%M%SZ}"
    weekly = event(f"DTSTART:{begin}", f"DTEND:{begin[:9]}235959Z", "RRULE:FREQ=DAILY;INTERVAL=2")
    create(sandbox, "open", calendar("OPEN", weekly))
    states = []
    for _ in range(4):
        states.append(state(sandbox, "open"))
        sandbox.clock.advance(24 * HOUR)
    assert states == ["CLOSED", "OPEN", "CLOSED", "OPEN"]


def test_text_stays_as_it_is(sandbox: Sandbox, client_error: ExpectClientError) -> None:
    ssm = sandbox.client("ssm")
    create(sandbox, "one", calendar())
    found = ssm.get_document(Name="one", DocumentFormat="TEXT")
    assert (found["Content"], found["DocumentFormat"], found["DocumentType"]) == (calendar(), "TEXT", "ChangeCalendar")
    ssm.update_document(Name="one", DocumentVersion="$LATEST", DocumentFormat="TEXT", Content=calendar("CLOSED"))
    assert state(sandbox, "one") == "OPEN"
    ssm.update_document_default_version(Name="one", DocumentVersion="2")
    assert state(sandbox, "one") == "CLOSED"
    with client_error("InvalidDocument"):
        state(sandbox, "two")


@pytest.mark.parametrize("content", ["calendar.ics", calendar("OTHER"), calendar().replace("X-CALENDAR-TYPE", "X")])
def test_what_is_no_calendar(sandbox: Sandbox, client_error: ExpectClientError, content: str) -> None:
    with client_error("InvalidDocumentContent"):
        create(sandbox, "one", content)
