"""Change calendars: documents in iCalendar, and whether they are open.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-change-calendar.html
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCalendarState.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from moto.ssm.exceptions import InvalidDocumentContent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DEFAULT = re.compile(r"^X-CALENDAR-TYPE:DEFAULT_(OPEN|CLOSED)$", re.MULTILINE)
_EVENT = re.compile(r"^BEGIN:VEVENT$(.*?)^END:VEVENT$", re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"^(DTSTART|DTEND)(?:;TZID=([^:;]+)|;VALUE=DATE)?:(\d{8})(?:T(\d{6})Z?)?$", re.MULTILINE)
_RULE = re.compile(r"^RRULE:(.+)$", re.MULTILINE)


def valid_calendar(content: str) -> str:
    """Return the text of a calendar. Raises InvalidDocumentContent (ASSUMPTION(automation-messages): the words)."""
    text = _lines(content)
    is_calendar = text.startswith("BEGIN:VCALENDAR\n") and text.rstrip().endswith("\nEND:VCALENDAR")
    if not is_calendar or len(_DEFAULT.findall(text)) != 1:
        raise InvalidDocumentContent("The content for the document is not valid.")
    return content


def state_of(contents: Sequence[str], now: datetime) -> dict[str, Any]:
    """OPEN "only if all calendars in the request are open" (API_GetCalendarState)."""
    is_open = all(_is_open(_lines(content), now) for content in contents)
    return {"State": "OPEN" if is_open else "CLOSED", "AtTime": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _lines(content: str) -> str:
    """With the ends of lines that the patterns have, and long lines unfolded (RFC 5545, 3.1)."""
    return content.replace("\r\n", "\n").replace("\n ", "")


def _is_open(text: str, now: datetime) -> bool:
    is_open_by_default = _DEFAULT.findall(text) == ["OPEN"]
    return is_open_by_default is not any(_covers(event, now) for event in _EVENT.findall(text))


def _covers(event: str, now: datetime) -> bool:
    times = {name: _moment(*value) for name, *value in _TIME.findall(event)}
    start = times["DTSTART"]
    duration = times["DTEND"] - start
    return any(begin <= now < begin + duration for begin in _begins(event, start, now, duration))


def _moment(zone: str, day: str, time: str) -> datetime:
    return datetime.strptime(f"{day}{time or '000000'}", "%Y%m%d%H%M%S").replace(tzinfo=ZoneInfo(zone) if zone else UTC)


def _begins(event: str, start: datetime, now: datetime, duration: timedelta) -> Iterator[datetime]:
    found = _RULE.search(event)
    if found is None:
        yield start
    else:
        yield from rrulestr(found[1], dtstart=start).between(now - duration, now, inc=True)
