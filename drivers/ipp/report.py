"""What a printer says of itself, as facts: a spooler would hide paper that is out.

`printer-state-reasons` are keywords with a suffix that says how bad it is (RFC 8011, 5.4.12); a
keyword without one is an error. Some printers cut long keywords off (`...-warnin`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from drivers.ipp.codec import Resolution, Section, Value
from drivers.ipp.events import Abilities, Condition, Fault, PrinterKnown
from drivers.ipp.words import A4_MEDIA, TWO_SIDED, Media, PrinterState

WANTED = (
    "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "media-ready",
    "media-col-ready", "printer-input-tray", "printer-supply", "marker-names", "marker-types",
    "marker-colors", "marker-levels", "printer-impressions-completed",
)  # fmt: skip
WANTED_ONCE = (
    "printer-make-and-model",
    "printer-device-id",
    "printer-uuid",
    "printer-firmware-string-version",
    "document-format-supported",
    "sides-supported",
    "pwg-raster-document-resolution-supported",
    "pwg-raster-document-sheet-back",
)

SUFFIX = re.compile(r"-(report?|repor|repo|warning?|warnin|warni|warn|error?|erro|err)$")
# Keywords of RFC 8011 5.4.12, PWG 5100.9 and IANA's registry, by their beginning; the first fits.
MEANING = (
    ("media-jam", Fault.JAM),
    ("media-low", Fault.PAPER_LOW),
    ("media-empty", Fault.PAPER_END),
    ("media-needed", Fault.PAPER_END),
    ("input-tray-missing", Fault.TRAY_OUT),
    ("cover-open", Fault.COVER_OPEN),
    ("door-open", Fault.COVER_OPEN),
    ("interlock-open", Fault.COVER_OPEN),
    ("toner-low", Fault.TONER_LOW),
    ("toner-empty", Fault.TONER_END),
    ("marker-supply-low", Fault.TONER_LOW),
    ("marker-supply-empty", Fault.TONER_END),
    ("marker-supply-missing", Fault.TONER_END),
    ("marker-waste-almost-full", Fault.WASTE_NEAR_FULL),
    ("marker-waste-full", Fault.WASTE_FULL),
    ("output-area-almost-full", Fault.OUTPUT_FULL),
    ("output-area-full", Fault.OUTPUT_FULL),
    ("output-tray-missing", Fault.OUTPUT_OUT),
    ("opc-near-eol", Fault.DRUM_LOW),
    ("opc-life-over", Fault.DRUM_END),
    ("developer-low", Fault.DRUM_LOW),
    ("developer-empty", Fault.DRUM_END),
    ("fuser", Fault.FUSER),
    ("paused", Fault.PAUSED),
    ("moving-to-paused", Fault.PAUSED),
    ("offline", Fault.OFFLINE),
    ("shutdown", Fault.OFFLINE),
    ("stopping", Fault.OFFLINE),
    ("connecting-to-device", Fault.OFFLINE),
    ("timed-out", Fault.OFFLINE),
    ("spool-area-full", Fault.MEMORY),
)
# Whatever the printer calls them while it is idle: the next page would wait for a hand.
ALWAYS_BLOCKS = frozenset({Fault.PAPER_END, Fault.PAPER_OTHER, Fault.COVER_OPEN, Fault.JAM})
NEVER_BLOCKS = frozenset({Fault.PAPER_LOW, Fault.TONER_LOW, Fault.WASTE_NEAR_FULL, Fault.DRUM_LOW})
HARMLESS = (
    "none",
    "cups-",
    "identify-printer",
    "hibernate",
    "deactivated",
    "alert-removal",
    "com.",
)
HARMLESS_ANYWHERE = ("-missing-report", "wifi-")
Bad = dict[Fault, bool]  # whether the printer calls it an error
Sides = tuple[int, int]  # hundredths of a millimetre
SELF_DESCRIBING = re.compile(r"_(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|in)$")
HUNDREDTHS = {"mm": 100, "in": 2540}
TONERS = frozenset(
    {"toner", "toner-cartridge", "tonercartridge", "ink", "ink-cartridge"}
    | {"ink-ribbon", "inkribbon"}  # of a card printer
)


def condition_of(printer: Section, media: Media = A4_MEDIA) -> Condition:
    """The answer to Get-Printer-Attributes, judged for what is to be printed on."""
    reasons = [each for each in printer.texts("printer-state-reasons") if not _is_harmless(each)]
    sheets = _sheets(printer, media)
    bad: Bad = {}
    for reason in reasons:
        fault, is_error = _fault(reason)
        bad[fault] = bad.get(fault, False) or is_error
    is_waiting = any(each.startswith("media-needed") for each in reasons)
    bad = _with_paper(bad, printer, sheets, is_waiting, media)
    is_stopped = printer.number("printer-state") == PrinterState.STOPPED
    blocking = {fault for fault, is_error in bad.items() if _blocks(fault, is_error, is_stopped)}
    if (is_stopped or False in printer.get("printer-is-accepting-jobs")) and not blocking:
        bad[Fault.OTHER] = True
        blocking.add(Fault.OTHER)
    order = list(Fault)
    return Condition(
        faults=tuple(sorted(bad, key=order.index)),
        blocking=tuple(sorted(blocking, key=order.index)),
        detail=", ".join(reasons),
        sheets=sheets,
        toner=tuple(_toner(printer)),
        lifetime=printer.number("printer-impressions-completed"),
    )


def _is_harmless(reason: str) -> bool:
    return reason.startswith(HARMLESS) or any(part in reason for part in HARMLESS_ANYWHERE)


def _fault(reason: str) -> tuple[Fault, bool]:
    """And whether the printer calls it an error."""
    suffix = SUFFIX.search(reason)
    word = reason[: suffix.start()] if suffix else reason
    is_error = suffix is None or suffix[1].startswith("err")
    found = (fault for beginning, fault in MEANING if word.startswith(beginning))
    return next(found, Fault.OTHER), is_error


def _blocks(fault: Fault, is_error: bool, is_stopped: bool) -> bool:
    if fault in NEVER_BLOCKS:
        return False
    return fault in ALWAYS_BLOCKS or is_error or is_stopped


def _with_paper(
    bad: Bad, printer: Section, sheets: int | None, is_waiting: bool, media: Media
) -> Bad:
    """One empty tray is no paper end while another has our size and no job waits for paper."""
    loaded = _loaded(printer)
    has_ours = any(media.fits(*sides) for sides in loaded)
    is_ready = bool(has_ours and sheets and not is_waiting)
    is_empty = sheets == 0 or (Fault.PAPER_END in bad and not is_ready)
    bad = {fault: is_error for fault, is_error in bad.items() if fault is not Fault.PAPER_END}
    if is_empty:
        bad[Fault.PAPER_END] = True
    elif loaded and not has_ours:
        bad[Fault.PAPER_OTHER] = True
    return bad


def _loaded(printer: Section) -> list[Sides]:
    """Both edges of what each tray holds, by its name or by its own size; (0, 0) where neither
    can be read: something is there, and it is not ours."""
    found = [_size_in(name) for name in printer.texts("media-ready")]
    for value in printer.get("media-col-ready"):
        media_col = _inner(value)
        names = [_size_in(str(name)) for name in media_col.get("media-size-name", ())]
        found += names or [_edges(size) for size in media_col.get("media-size", ())]
    return found


def _size_in(name: str) -> Sides:
    """`om_card_54x86mm`, `na_letter_8.5x11in` (PWG 5101.1, 5)."""
    match = SELF_DESCRIBING.search(name)
    if match is None:
        return (0, 0)
    unit = HUNDREDTHS[match[3]]
    return round(float(match[1]) * unit), round(float(match[2]) * unit)


def _edges(media_size: Value) -> Sides:
    sides = _inner(media_size)
    across, along = (sides.get(f"{edge}-dimension", (0,))[0] for edge in "xy")
    if isinstance(across, int) and isinstance(along, int):
        return across, along
    return (0, 0)  # a range: whatever a hand puts there


def _inner(collection: Value) -> dict[str, tuple[Value, ...]]:
    if not isinstance(collection, tuple):
        return {}
    return {each.name: each.values for each in collection}


def _sheets(printer: Section, media: Media) -> int | None:
    """In the measured trays that hold our size, or do not say what they hold; None without one."""
    trays = [_fields(value) for value in printer.get("printer-input-tray")]
    levels = [_number(tray.get("level", "")) for tray in trays if _may_hold(tray, media)]
    known = [level for level in levels if level >= 0]
    return sum(known) if known else None


def _may_hold(tray: dict[str, str], media: Media) -> bool:
    """By its size in hundredths of a millimetre (PWG 5100.13); 0 and -2 say nothing."""
    sides = [_number(tray.get(name, "")) for name in ("mediafeed", "mediaxfeed")]
    return min(sides) <= 0 or media.fits(*sides)


def _toner(printer: Section) -> Iterator[tuple[str, int]]:
    """`printer-supply` is IPP's own; marker-levels is what CUPS made of it first."""
    supplies = [_fields(value) for value in printer.get("printer-supply")]
    found = [
        (each.get("colorantname", ""), _number(each.get("level", "")))
        for each in supplies
        if each.get("type", "").lower() in TONERS
    ]
    if not found:
        kinds, names = printer.texts("marker-types"), printer.texts("marker-names")
        rows = zip(kinds, names, printer.numbers("marker-levels"), strict=False)
        found = [(name.lower(), level) for kind, name, level in rows if kind.lower() in TONERS]
    yield from ((colour, level) for colour, level in found if 0 <= level <= 100)


def _fields(value: object) -> dict[str, str]:
    """`index=1;type=toner;level=75;`"""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    pairs = (piece.partition("=") for piece in text.split(";"))
    return {key.strip(): content.strip() for key, _, content in pairs if key.strip()}


def _number(text: str) -> int:
    """-2, which means unknown (RFC 3805), where it is no number."""
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else -2


def known_of(printer: Section) -> PrinterKnown:
    """Who it is, and what it can take."""
    who = {key.upper(): value for key, value in _device_id(printer.text("printer-device-id"))}
    model = printer.text("printer-make-and-model")
    return PrinterKnown(
        maker=who.get("MFG", model.split(" ")[0]),
        model=who.get("MDL", model),
        serial=who.get("SN", "") or printer.text("printer-uuid").removeprefix("urn:uuid:"),
        firmware=printer.text("printer-firmware-string-version"),
        abilities=Abilities(
            formats=tuple(printer.texts("document-format-supported")),
            is_duplex=TWO_SIDED in printer.texts("sides-supported"),
            raster_dpi=_dpi(printer),
            is_raster_duplex=printer.text("pwg-raster-document-sheet-back") == "normal",
        ),
    )


def _device_id(text: str) -> Iterator[tuple[str, str]]:
    """IEEE 1284: `MFG:Example;MDL:Printer;`"""
    for piece in text.split(";"):
        key, colon, value = piece.partition(":")
        if colon:
            yield key.strip(), value.strip()


def _dpi(printer: Section) -> int:
    """The coarsest of at least 300, because a page at 600 is four times the bytes."""
    offered = [
        each.across
        for each in printer.get("pwg-raster-document-resolution-supported")
        if isinstance(each, Resolution) and each.across == each.along and each.unit == 3
    ]
    return min((dpi for dpi in offered if dpi >= 300), default=max(offered, default=300))
