"""What a service asks: one `[[ask]]` a question, in the order of the file.

Each kind checks what was typed and makes the answer of it: its canonical form, which is a part of
the account (firmware/contract/accounts.py). What it is called is in the words of the service.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

OWN = "problem"  # the sentence that a question has of its own
Id = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
Count = Annotated[int, msgspec.Meta(ge=1, le=20)]


class Digits(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="digits"
):
    """A number of `digits`, or of `least` and more. One that fails `pattern` has a sentence of its
    own: `problem` among the words of the question."""

    id: Id
    digits: Count
    least: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0  # 0: all of them
    pattern: str = ""

    def problem_of(self, typed: str) -> str | None:
        """What is wrong with it: a message key, or OWN; None where nothing is."""
        is_number = typed.isascii() and typed.isdigit()
        if not is_number or not (self.least or self.digits) <= len(typed) <= self.digits:
            return "number.too_short"
        return None if re.search(self.pattern, typed) else OWN


Ask = Digits
