"""A picture of a card to the inks of a ribbon, and back.

Colours are 7 bits a dot, eight dots in seven bytes; what is quite black goes to the K panel, whose
edge is sharp enough for a QR code (protocols/card-printers.md 9.1 [B]).
"""

from __future__ import annotations

from PIL import Image, ImageChops

from drivers.evolis.codec import CARD_DOTS, CARD_LINES, LINE_DOTS, Panel, Ribbon

PICTURE_SIZE = (CARD_LINES, LINE_DOTS)  # a card as it is read: the long edge is its width
TO_LINES = Image.Transpose.ROTATE_270  # [B]
FROM_LINES = Image.Transpose.ROTATE_90
BLACK_UP_TO = 24  # of 255 in every colour: what a PNG of black letters has, and no more
FULL_VARNISH = b"\xff" * (CARD_DOTS // 8)  # the kiosk's cards have no chip and no stripe [B]


class PictureError(ValueError):
    """A picture that is no side of a card: says what was expected, and what came."""


def panels_of(picture: Image.Image, ribbon: Ribbon) -> tuple[Panel, ...]:
    """One side of a card, in the order of the ribbon. Raises PictureError for another size."""
    if picture.size != PICTURE_SIZE:
        raise PictureError(f"expected {PICTURE_SIZE} dots, got {picture.size}")
    lines = picture.convert("RGB").transpose(TO_LINES)
    return _monochrome(lines) if ribbon is Ribbon.MONOCHROME else _colour(lines)


def _monochrome(lines: Image.Image) -> tuple[Panel, ...]:
    """Grey is scattered into dots, so that a photograph can be recognised."""
    dots = ImageChops.invert(lines.convert("L")).convert("1")
    return (Panel("k", dots.tobytes()),)


def _colour(lines: Image.Image) -> tuple[Panel, ...]:
    red, green, blue = lines.split()
    brightest = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    black = brightest.point(lambda value: 255 * (value <= BLACK_UP_TO))
    inks = zip("ymc", (blue, green, red), strict=True)
    colours = [Panel(ink, pack_7_bits(_ink(channel, black))) for ink, channel in inks]
    return (*colours, Panel("k", black.convert("1").tobytes()), Panel("o", FULL_VARNISH))


def _ink(channel: Image.Image, black: Image.Image) -> bytes:
    """The amount of ink, 0 to 127: what light the paper must lose; none where K prints."""
    ink = ImageChops.invert(channel)
    ink.paste(0, mask=black)
    return ink.point(lambda value: value >> 1).tobytes()


# Eight dots of 7 bits side by side, as one number of 56 bits: neighbours are joined twice over,
# first single dots, then pairs, then fours, in all lanes of one long integer at once.
_JOINS = ((8, 1), (16, 2), (32, 4))  # bits of a lane, and by how many its upper half moves


def pack_7_bits(dots: bytes) -> bytes:
    """Eight dots (0 to 127) in seven bytes, the first dot in the uppermost bits [B]."""
    joined = int.from_bytes(dots)
    for lane, moved in _JOINS:
        low = _low_bits(lane, lane, len(dots))
        joined = (joined >> moved) & (low << (lane - moved)) | joined & low
    packed = bytearray(joined.to_bytes(len(dots)))
    del packed[::8]
    return bytes(packed)


def unpack_7_bits(packed: bytes) -> bytes:
    """The opposite of `pack_7_bits`."""
    spread = bytearray(len(packed) // 7 * 8)
    for place in range(7):
        spread[place + 1 :: 8] = packed[place::7]
    joined = int.from_bytes(spread)
    for lane, moved in reversed(_JOINS):
        kept = _low_bits(lane, lane - moved, len(spread))
        joined = (joined & (kept << (lane - moved))) << moved | joined & kept
    return joined.to_bytes(len(spread))


def _low_bits(lane: int, bits: int, length: int) -> int:
    """Ones in the lowest `bits` of every second lane, over `length` bytes."""
    pair = ((1 << bits) - 1).to_bytes(lane // 4)
    return int.from_bytes(pair * (length // len(pair)))


def picture_of(panels: dict[str, bytes]) -> Image.Image:
    """What the eye sees of a side with these inks: the emulator's view of the card."""
    light = [_light(panels.get(ink)) for ink in "cmy"]
    picture = Image.merge("RGB", light)
    if (black := panels.get("k")) is not None:
        picture.paste((0, 0, 0), mask=Image.frombytes("1", (LINE_DOTS, CARD_LINES), black))
    return picture.transpose(FROM_LINES)


def _light(panel: bytes | None) -> Image.Image:
    size = (LINE_DOTS, CARD_LINES)
    if panel is None:
        return Image.new("L", size, 255)
    dots = Image.frombytes("L", size, unpack_7_bits(panel))
    return dots.point(lambda value: 255 - (value << 1 | value >> 6))
