"""What happens to notes in a ccTalk validator when people, drivers and mains fail."""

from __future__ import annotations

import pytest

from firmware.contract.device import NoteRejected
from tests.drivers.cctalk_bill.stage import Stage
from tests.drivers.note_stories import NoteStories


class TestStories(NoteStories):
    """Those of every maker; ccTalk has one word for all that the sensors do not know."""

    @pytest.mark.parametrize("quality", ["torn", "fake"])
    def test_a_bad_note_goes_back_with_its_reason(  # type: ignore[override]
        self, stage: Stage, quality: str
    ) -> None:
        stage.visit.hand("insert", paise=50000, quality=quality)
        assert stage.run_until(NoteRejected) == NoteRejected("not_recognised")
        assert stage.returned() == {"50000": 1}
