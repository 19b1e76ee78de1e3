"""The fleet's settings and notices: the newest that is signed holds, also after a restart."""

from __future__ import annotations

import base64

import msgspec
from nacl.signing import SigningKey

from firmware.contract.uplink import (
    DESIRED_PURPOSE,
    NOTICE_PURPOSE,
    Desired,
    Notice,
    Signed,
)
from firmware.uplink.commands import signed_bytes
from firmware.uplink.kept import Settings
from tests.firmware.uplink.desk import Desk
from tests.firmware.uplink.signing import FLEET_KEY, FLEET_PUBLIC, signed

STRANGER = SigningKey(b"\7" * 32)


def test_settings_are_taken_when_newer_and_survive_a_restart(desk: Desk) -> None:
    def sent(version: int, key: SigningKey | None = None) -> bytes:
        desired = Desired(kiosk="k1", version=version, health_every=600)
        return msgspec.json.encode(signed(desired, key) if key else signed(desired))

    assert desk.obeying.on_desired(sent(3))
    assert not desk.obeying.on_desired(sent(3)), "retained: it comes with every connection"
    assert not desk.obeying.on_desired(sent(2)), "an old one that somebody kept"
    assert not desk.obeying.on_desired(sent(9, STRANGER))
    desk.kept.close()
    desk.boot("b1")
    assert desk.settings.version == 3
    assert desk.settings.now is not None and desk.settings.now.health_every == 600
    (desk.folder / "desired.json").write_bytes(b"00000000\nnot so")
    (desk.folder / "desired.json.previous").unlink(missing_ok=True)
    assert Settings(desk.folder, [FLEET_PUBLIC], "k1").version == 0, "what is not proven is not"


def test_a_notice_to_all_is_taken_when_newer_and_survives_a_restart(desk: Desk) -> None:
    def sent(version: int, key: SigningKey = FLEET_KEY, **said: object) -> bytes:
        notice = msgspec.convert({"version": version, "words": {"hi": "कल बंद"}, **said}, Notice)
        return msgspec.json.encode(signed(notice, key))

    assert desk.obeying.on_notice(sent(3))
    assert not desk.obeying.on_notice(sent(3)) and not desk.obeying.on_notice(sent(2))
    assert not desk.obeying.on_notice(sent(9, STRANGER))
    as_settings = signed(Notice(version=9), purpose=DESIRED_PURPOSE)
    assert not desk.obeying.on_notice(msgspec.json.encode(as_settings))
    assert desk.obeying.refused == 2
    assert not desk.obeying.on_notice(b"") and desk.obeying.refused == 2, "nobody retains it now"
    desk.kept.close()
    desk.boot("b1")
    assert desk.notices.now == Notice(version=3, words={"hi": "कल बंद"})


def test_an_end_that_nobody_can_read_is_not_taken(desk: Desk) -> None:
    body = '{"version": 4, "words": {"hi": "x"}, "until": "2026-11-30T18:00"}'
    signature = FLEET_KEY.sign(signed_bytes(NOTICE_PURPOSE, body)).signature
    sent = Signed(body=body, key=FLEET_PUBLIC, signature=base64.b64encode(signature).decode())
    assert not desk.obeying.on_notice(msgspec.json.encode(sent))
    assert desk.obeying.refused == 1
