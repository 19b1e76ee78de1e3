"""The drawn pages say what the code says."""

from __future__ import annotations

from docs.generate import PAGE, page
from firmware.contract.topics import TOPICS


def test_page_of_topics_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m docs.generate"


def test_every_topic_and_every_type_it_carries_is_on_the_page() -> None:
    text = page()
    for topic in TOPICS:
        assert f"| `{topic.pattern}` |" in text
    for name in ("DeviceState", "NoteStacked", "Lease", "Screen", "InsertCash", "Money", "Status"):
        assert f"### {name}\n" in text
