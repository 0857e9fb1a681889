"""AWS's regular expressions in Python.

The models' patterns are Java's. The package ``regex`` reads nearly all of them (``\\p{L}`` and the like); the rest is
rewritten here or named here, never passed over in silence.
"""

from __future__ import annotations

from functools import cache

import regex

# Java and JavaScript write the supplementary characters as a range of surrogate pairs; Python has the characters.
_SURROGATE_RANGES = {r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF"}

UNREADABLE = frozenset(
    {
        r"[\p{all}]*",  # dlm: a property that Java has not either
        r"^(\p{LD}|\p{Punct}| )+$",  # ds: likewise, \p{LD}
        r"[a-zA-Z0-9\s'\x{0022},.:\\\/{$}\[\]=_\-\+]+",  # iot-managed-integrations: \x{…}
        r"([\w!$&()*+,./:;=?@\x{60}-]|%([\dA-Fa-f]{2}|[\dA-Fa-f]?\*))+",  # location: \x{…}
        r"^arn:\S+:rbin:[a-z\-0-9]{0,63}:[0-9]{12}:rule/[0-9a-zA-Z]{11}{0,1011}$",  # rbin: a repeated repeat
    }
)
"""The patterns, of all models of botocore, that cannot be read and are therefore not enforced."""


class UnreadablePatternError(Exception):
    """A pattern of a model cannot be compiled, and is not in UNREADABLE."""


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    """The pattern, ready to use with ``fullmatch``. Raises UnreadablePatternError."""
    rewritten = pattern
    for java, python in _SURROGATE_RANGES.items():
        rewritten = rewritten.replace(java, python)
    # Java's \w, \d and \s are ASCII; its \p{…} is not (java.util.regex.Pattern, "Unicode support").
    flags = 0 if r"\p{" in pattern else regex.ASCII
    try:
        return regex.compile(rewritten, flags)
    except regex.error as error:
        raise UnreadablePatternError(f"the pattern {pattern!r} of a service model cannot be read: {error}") from error


def matches(pattern: str, value: str) -> bool:
    """Whether the whole of ``value`` matches, as AWS's front ends apply patterns, anchored or not.

    ("Member must satisfy regular expression pattern: [\\w+=,.@-]+" is IAM's message for a role name with a space.)
    """
    return pattern in UNREADABLE or compiled(pattern).fullmatch(value) is not None
