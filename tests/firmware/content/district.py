"""A district that makes content packs."""

from __future__ import annotations

import io
from pathlib import Path

from nacl.signing import SigningKey
from PIL import Image

from firmware.content.pack import sealed
from firmware.content.shelf import Shelf

SEED = bytes(range(32))
KEY = bytes(SigningKey(SEED).verify_key)
SLOGAN, MINISTER = "हर सेवा, हर गाँव", "मंत्री जी की ओर से"
TOML = """
version = {version}
title = "Winter"
valid_from = {first}
valid_until = {last}
[slogan]
hi = "{slogan}"
en = "Every service, every village"
[paper]
hi = "{minister}"
en = "With the minister's greetings"
[[line]]
hi = "ज़िला कलेक्टर कार्यालय, टोंक"
en = "Office of the District Collector, Tonk"
[picture]
logo = "logo.png"
banner = "banner.jpg"
"""


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#e8a33d").save(out, form, **more)
    return out.getvalue()


def folder(at: Path, version: int = 1, first: str = "2026-01-01", last: str = "2026-12-31") -> Path:
    """What the district keeps of a pack, before it is signed."""
    at.mkdir(parents=True, exist_ok=True)
    facts = {"version": version, "first": first, "last": last}
    text = TOML.format(**facts, slogan=SLOGAN, minister=MINISTER)
    (at / "content.toml").write_text(text, encoding="utf-8")
    (at / "logo.png").write_bytes(picture())
    (at / "banner.jpg").write_bytes(picture("JPEG"))
    return at


def pack(at: Path, version: int = 1, **days: str) -> bytes:
    return sealed(folder(at / f"v{version}", version, **days), SEED)


def shelf(at: Path) -> Shelf:
    return Shelf(at / "content", KEY)
