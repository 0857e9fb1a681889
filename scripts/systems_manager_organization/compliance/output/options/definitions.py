"""Kinds of options, and their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from systems_manager_organization.cli.options import Option

if TYPE_CHECKING:
    from collections.abc import Sequence


def choice_option(name: str, description: str, choices: Sequence[str], *, default: str = "") -> Option:
    """An option with choices, case-insensitive."""
    pattern = "(?i:" + "|".join(map(re.escape, choices)) + ")"
    rule = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return Option(name, description, pattern, rule, default=default, cli_only=True)


def match_choice(value: str, choices: Sequence[str]) -> str:
    """The choice in its own case."""
    return next((choice for choice in choices if choice.lower() == value.lower()), value)
