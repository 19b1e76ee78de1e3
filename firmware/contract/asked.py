"""The screens of what is asked of the office without money: a request, a verification."""

from __future__ import annotations

import msgspec


class Said(msgspec.Struct, frozen=True):
    """One line of what is asked for: a message key, and the value in both languages."""

    label: str
    text: dict[str, str]

    def __repr__(self) -> str:
        return f"Said({self.label!r}, ...)"


class Confirm(msgspec.Struct, frozen=True, tag=True):
    """Before something is asked of the office: is this right? SUBMIT is yes.

    `consents`: it will take a finger, and the screen asks whether the citizen agrees to that.
    """

    service: str
    lines: list[Said]
    consents: bool


class PutFinger(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The reader waits for a finger. `hint` says what came of the last one: finger.poor ...

    `left` is how many tries are left, this one included; `is_ready` when the reader is lit.
    """

    service: str
    left: int
    is_ready: bool
    hint: str | None = None


class Accepted(msgspec.Struct, frozen=True, tag=True):
    """Asked of the office. `proof` is as in Done. `reference` is the office's own, empty until it
    has answered: by then a request is as good as there, and a verification is not."""

    service: str
    receipt: str
    proof: str
    reference: str
    is_verification: bool


Asked = Confirm | PutFinger | Accepted
