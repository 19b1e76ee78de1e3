"""The spools as core's daemon works on them, with the typesetter and the clock of a real kiosk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pypdfium2
import pytest

from firmware.contract.ticket import Code, Text, Ticket
from firmware.core.spooling import Spooling
from firmware.runtime.clock import SystemClock
from firmware.runtime.spool import Spool
from firmware.till.effects import LayOut

TICKET = Ticket([Text("TDR 0417 0001"), Code("TDR 0417 0001")], "en")


@pytest.fixture
def spooling(tmp_path: Path) -> Spooling:
    return Spooling(tmp_path, SystemClock())


async def test_core_died_of_the_microseconds_of_a_real_clock(
    spooling: Spooling, tmp_path: Path
) -> None:
    made = await spooling.lay_out(LayOut("job", "page", TICKET))
    assert made is not None
    content = Spool(tmp_path / "page").read(made.document, made.sha256)
    assert hashlib.sha256(content).hexdigest() == made.sha256
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == made.pages == 1
        assert "TDR 0417 0001" in document[0].get_textpage().get_text_bounded()


async def test_what_no_qr_code_can_hold_is_said_and_not_printed(spooling: Spooling) -> None:
    too_long = Ticket([Code("x" * 4000)], "en")
    assert await spooling.lay_out(LayOut("job", "page", too_long)) is None


async def test_a_full_ram_is_said_and_not_printed(
    spooling: Spooling, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(spool: Spool, content: bytes) -> tuple[str, str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Spool, "put", full)
    assert await spooling.lay_out(LayOut("job", "page", TICKET)) is None


def test_what_is_wiped_is_counted(spooling: Spooling, tmp_path: Path) -> None:
    assert spooling.wipe("page") == 0
    Spool(tmp_path / "page").put(b"a certificate")
    Spool(tmp_path / "page").put(b"another")
    assert spooling.wipe("page") == 2
    assert list((tmp_path / "page").iterdir()) == []
