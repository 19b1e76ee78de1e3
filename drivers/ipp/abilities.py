"""What the emulated printer says of itself: what RFC 8011 and PWG 5100.14 ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.ipp.codec import Attribute, Range, Resolution, Tag, Value
from drivers.ipp.mechanics import SIDE_SECONDS, Mechanism
from drivers.ipp.words import (
    A4_MEDIA,
    ENDED,
    ONE_SIDED,
    PDF,
    PWG_RASTER,
    TWO_SIDED,
    Media,
    Operation,
    PrinterState,
    attribute,
    keywords,
)

MARGIN = 423  # hundredths of a millimetre
TRAY_HOLDS = 250
DESCRIPTION, TEMPLATE = "printer-description", "job-template"


@dataclass(frozen=True)
class Profile:
    """How this one is made. `counts`: it has a counter that survives its power."""

    uri: str = "ipp://127.0.0.1:8631/ipp/print"
    serial: str = "BENCH0001"
    formats: tuple[str, ...] = (PDF, PWG_RASTER)
    media: Media = A4_MEDIA
    is_duplex: bool = True
    counts: bool = True
    supply: str = "toner"  # its type (RFC 3805)


def printer_attributes(
    mechanism: Mechanism, profile: Profile, now: float
) -> Iterator[tuple[str, Attribute]]:
    """Every attribute with the group it can be asked for by."""
    for each in (*_state(mechanism, profile, now), *_who(profile), *_rules(profile)):
        yield DESCRIPTION, each
    for each in _templates(profile):
        yield TEMPLATE, each


def _state(mechanism: Mechanism, profile: Profile, now: float) -> Iterator[Attribute]:
    obstacles = mechanism.obstacles
    state = PrinterState.IDLE
    if mechanism.is_moving:
        state = PrinterState.PROCESSING
    elif obstacles:
        state = PrinterState.STOPPED
    waiting = [job for job in mechanism.jobs if job.state not in ENDED]
    yield attribute(Tag.ENUM, "printer-state", state)
    yield keywords("printer-state-reasons", *mechanism.reasons)
    yield _text("printer-state-message", obstacles[0] if obstacles else state.name.lower())
    yield _flag("printer-is-accepting-jobs", True)
    yield _number("queued-job-count", len(waiting))
    yield _number("printer-up-time", max(1, int(now)))
    for what in ("state", "config"):
        yield _number(f"printer-{what}-change-time", 1)
        yield attribute(Tag.DATE_TIME, f"printer-{what}-change-date-time", moment(1.0))
    yield attribute(Tag.DATE_TIME, "printer-current-time", moment(now))
    ready = (profile.media,) if mechanism.tray else ()
    yield attribute(Tag.KEYWORD, "media-ready", *(media.name for media in ready))
    yield attribute(Tag.BEGIN_COLLECTION, "media-col-ready", *map(_media_col, ready))
    yield attribute(Tag.OCTETS, "printer-input-tray", _tray(mechanism.tray, profile.media))
    yield attribute(Tag.OCTETS, "printer-supply", _supply(mechanism.toner, profile.supply))
    yield _text("printer-supply-description", profile.supply)
    yield attribute(Tag.URI, "printer-supply-info-uri", profile.uri.replace("ipp:", "http:"))
    if profile.counts:
        yield _number("printer-impressions-completed", mechanism.lifetime)


def _tray(level: int, media: Media) -> bytes:
    across, along = media.size
    return (
        b"type=sheetFeedAutoRemovableTray;mediafeed=%d;mediaxfeed=%d;"
        b"maxcapacity=%d;level=%d;status=0;name=main;" % (along, across, TRAY_HOLDS, level)
    )


def _supply(level: int, kind: str) -> bytes:
    return (
        b"index=1;class=supplyThatIsConsumed;type=%s;unit=percent;maxcapacity=100;"
        b"level=%d;colorantname=black;" % (kind.encode(), level)
    )


def _who(profile: Profile) -> Iterator[Attribute]:
    yield attribute(Tag.NAME, "printer-name", "Kiosk bench laser")
    yield _text("printer-info", "Emulated page printer")
    yield _text("printer-location", "")
    yield _text("printer-make-and-model", "Kiosk bench Emulated laser")
    yield _text("printer-organization", "")
    yield _text("printer-organizational-unit", "")
    yield _text(
        "printer-device-id",
        f"MFG:Kiosk bench;MDL:Emulated laser;SN:{profile.serial};CMD:PDF,PWG;",
    )
    yield attribute(Tag.URI, "printer-uuid", "urn:uuid:5c1e5b8e-0000-4000-8000-000000000001")
    yield attribute(Tag.UNKNOWN, "printer-geo-location")
    yield _text("printer-firmware-string-version", "1.0")
    yield attribute(Tag.URI, "printer-uri-supported", profile.uri)
    yield attribute(Tag.URI, "printer-more-info", profile.uri.replace("ipp:", "http:"))
    yield attribute(Tag.URI, "printer-icons", profile.uri.replace("ipp:", "http:"))
    yield keywords("uri-authentication-supported", "requesting-user-name")
    yield keywords("uri-security-supported", "none")


def _rules(profile: Profile) -> Iterator[Attribute]:
    yield keywords("ipp-versions-supported", "1.1", "2.0")
    yield keywords("ipp-features-supported", "ipp-everywhere")
    yield attribute(Tag.ENUM, "operations-supported", *Operation)
    yield attribute(Tag.CHARSET, "charset-configured", "utf-8")
    yield attribute(Tag.CHARSET, "charset-supported", "us-ascii", "utf-8")
    yield attribute(Tag.LANGUAGE, "natural-language-configured", "en")
    yield attribute(Tag.LANGUAGE, "generated-natural-language-supported", "en")
    yield keywords("compression-supported", "none")
    yield _flag("color-supported", profile.media is not A4_MEDIA)
    yield _number("pages-per-minute", int(60 / SIDE_SECONDS))
    yield attribute(Tag.MIME, "document-format-default", "application/octet-stream")
    formats = ("application/octet-stream", *profile.formats)
    yield attribute(Tag.MIME, "document-format-supported", *formats)
    yield keywords("pdl-override-supported", "attempted")
    yield keywords("which-jobs-supported", "completed", "not-completed", "all")
    yield _flag("job-ids-supported", True)
    yield _flag("preferred-attributes-supported", False)
    yield _flag("multiple-document-jobs-supported", False)
    yield _number("multiple-operation-time-out", 120)
    yield keywords("multiple-operation-time-out-action", "abort-job")
    yield keywords("printer-get-attributes-supported", "document-format")
    yield keywords("identify-actions-default", "display")
    yield keywords("identify-actions-supported", "display")
    yield keywords("overrides-supported", "document-number", "pages")
    yield attribute(Tag.RESOLUTION, "pwg-raster-document-resolution-supported",
                    Resolution(150, 150), Resolution(300, 300))  # fmt: skip
    yield keywords("pwg-raster-document-type-supported", "sgray_8")
    yield keywords("pwg-raster-document-sheet-back", "normal")
    yield keywords("job-creation-attributes-supported", "copies", "sides", "media", "job-name")


def _templates(profile: Profile) -> Iterator[Attribute]:
    sides = (ONE_SIDED, TWO_SIDED) if profile.is_duplex else (ONE_SIDED,)
    yield _number("copies-default", 1)
    yield attribute(Tag.RANGE, "copies-supported", Range(1, 1))
    yield keywords("sides-default", ONE_SIDED)
    yield keywords("sides-supported", *sides)
    media_col = _media_col(profile.media)
    yield keywords("media-default", profile.media.name)
    yield keywords("media-supported", profile.media.name)
    yield attribute(Tag.BEGIN_COLLECTION, "media-col-default", media_col)
    yield attribute(Tag.BEGIN_COLLECTION, "media-col-database", media_col)
    yield keywords("media-col-supported", *(each.name for each in media_col))
    yield attribute(Tag.BEGIN_COLLECTION, "media-size-supported", *profile.media.media_size.values)
    for side in ("bottom", "left", "right", "top"):
        yield attribute(Tag.INTEGER, f"media-{side}-margin-supported", MARGIN)
    yield keywords("media-source-supported", "main")
    yield keywords("media-type-supported", "stationery")
    yield attribute(Tag.ENUM, "finishings-default", 3)
    yield attribute(Tag.ENUM, "finishings-supported", 3)
    yield attribute(Tag.ENUM, "orientation-requested-default", 3)
    yield attribute(Tag.ENUM, "orientation-requested-supported", 3, 4)
    yield keywords("output-bin-default", "face-down")
    yield keywords("output-bin-supported", "face-down")
    yield _flag("page-ranges-supported", False)
    yield keywords("print-color-mode-default", "monochrome")
    yield keywords("print-color-mode-supported", "monochrome")
    yield keywords("print-content-optimize-default", "auto")
    yield keywords("print-content-optimize-supported", "auto")
    yield keywords("print-rendering-intent-default", "auto")
    yield keywords("print-rendering-intent-supported", "auto")
    yield attribute(Tag.ENUM, "print-quality-default", 4)
    yield attribute(Tag.ENUM, "print-quality-supported", 4)
    yield attribute(Tag.RESOLUTION, "printer-resolution-default", Resolution(300, 300))
    yield attribute(Tag.RESOLUTION, "printer-resolution-supported", Resolution(300, 300))


def _media_col(media: Media) -> tuple[Attribute, ...]:
    margins = (f"media-{side}-margin" for side in ("bottom", "left", "right", "top"))
    return (
        media.media_size,
        keywords("media-size-name", media.name),
        *(_number(name, MARGIN) for name in margins),
        keywords("media-source", "main"),
        keywords("media-type", "stationery"),
    )


def moment(at: float) -> bytes:
    """RFC 2579 DateAndTime of a printer that was switched on at midnight."""
    seconds = int(at)
    clock = (seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, 0)
    return bytes((0x07, 0xEA, 1, 1 + seconds // 86400 % 28, *clock, 0x2B, 0, 0))


def _number(name: str, value: int) -> Attribute:
    return attribute(Tag.INTEGER, name, value)


def _flag(name: str, value: bool) -> Attribute:
    return attribute(Tag.BOOLEAN, name, value)


def _text(name: str, *values: Value) -> Attribute:
    return attribute(Tag.TEXT, name, *values)
