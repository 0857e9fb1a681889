"""A rule of an input, and the inputs with which it is tried."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_COUNT = 1000
UPPER, LOWER, DIGITS = "ABCXYZ", "abcxyz", "0129"
LETTERS = UPPER + LOWER + DIGITS
ROLE_SIGNS = LETTERS + "_+=,.@-"
# Letters of other scripts, a combining mark, wide and joined characters, and what separates lines.
_OTHERS = "éÄ所者ー１Ωя\u0301👩🏽\u200d\u00a0\u3000 \t\n\r\u2028\u0085\x00\x7f&<>\"'\\$`|;*?%#!~()[]{},:/@+=._-"


def _normalize(text: str) -> str:
    """As Terraform normalizes every string."""
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True)
class Rule:
    """A rule of an input: `module` has `variable`, and `accepts` is the service.

    `samples` are valid, and inputs are made of them and of `signs`, up to `maximum` characters and more; `near` are
    nearly valid, and `words` take the place of others. `wrap` makes the value of the variable, `others` are values of
    other variables, `files` have the locals of the conditions.
    """

    variable: str
    samples: Sequence[Any]
    accepts: Callable[[Any], bool]
    module: str = "."
    signs: str = LETTERS
    maximum: int = 64
    wrap: Callable[[Any], Any] = field(default=lambda value: value)
    others: Mapping[str, str] = field(
        default_factory=lambda: {"var.name": '"scan"', "var.include_management_account": "false"}
    )
    files: tuple[str, ...] = ()
    tags: bool = False
    count: int = _COUNT
    near: tuple[Any, ...] = ()
    words: tuple[str, ...] = ()

    def inputs(self) -> list[Any]:
        random = Random(f"{self.module} {self.variable}")  # noqa: S311
        make = self._tag_map if self.tags else self._text
        given = [*self.samples, *self.near]
        return [*given, *(make(random) for _ in range(self.count - len(given)))]

    def _text(self, random: Random) -> str:
        kind = random.random()
        if self.words and random.random() < 0.6:
            parts = re.split(random.choice((r"(\W)", "([( )])")), random.choice(self.samples))
            parts[2 * random.randrange(len(parts) // 2 + 1)] = random.choice(self.words)
            return _normalize("".join(parts))
        if kind < 0.6:
            text = random.choice((*self.samples, *self.near))
            for _ in range(random.randint(0, 2)):
                position = random.choice((0, len(text), random.randint(0, len(text))))
                kept = random.choice((position, min(position + 1, len(text))))
                text = (
                    text[:position]
                    + random.choice(("", random.choice(_OTHERS), random.choice(self.signs)))
                    + text[kept:]
                )
            return _normalize(text)
        length = random.choice(
            (0, 1, 2, self.maximum - 1, self.maximum, self.maximum + 1, *(random.randint(0, 2 * self.maximum),) * 2)
        )
        text = "".join(random.choices(self.signs, k=length))
        return _normalize(text if kind < 0.9 else text + random.choice(_OTHERS) * random.randint(1, 2))

    def _tag_map(self, random: Random) -> dict[str, str]:
        letters = self.signs + random.choice(("", "", "", "所", "e\u0301", *random.choices(_OTHERS, k=2)))
        count = random.choice((0, *(1, 1, 2, 2, 3) * 9, 50, random.choice((49, 51))))
        key_sizes = (1, 5, 9, 119, 127, 128) if count < 4 else (4,)
        keys = ["".join(random.choices(letters, k=random.choice(key_sizes))) + str(number) for number in range(count)]
        if count and random.random() < 0.1:
            keys.append(keys[0].swapcase())
        sizes = (1, 4, 4, 0, 256, 257) if count < 4 else (4,)
        tags = {key: "".join(random.choices(letters, k=random.choice(sizes))) for key in keys}
        if count and random.random() < 0.2:
            reserved = random.choice(("aws:", "AWS:"))
            value = tags.pop(keys[0])
            tags.update(random.choice(({reserved + keys[0]: value}, {keys[0]: reserved + value})))
        return {_normalize(key): _normalize(value) for key, value in tags.items()}
