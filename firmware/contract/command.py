"""What a person at the kiosk may tell core: little, by name, and each on the record."""

from __future__ import annotations

from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class ConfirmJournal(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """`by` has looked at why the journal began anew: cash may be taken again.

    `row` is the JournalBegun row that was looked at, so that a later one is not confirmed unseen.
    """

    by: Name
    row: int


CoreCommand = ConfirmJournal
