"""Where the voice goes and how loud: ALSA's own files and its `amixer`, asked before each sentence.

Headphones are a sound card on USB that is not the loudspeaker's, or a jack that says that something
is in it. While they are there the loudspeaker is silent, and what is private may be said.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

CARDS = Path("/proc/asound/cards")
MIXER = "amixer"
# ` 1 [Headset        ]: USB-Audio - USB Audio Headset`: snd_card_info_read() of the kernel
CARD = re.compile(r"^ *(?P<number>\d+) \[(?P<id>\S+) *\]: (?P<driver>\S+) - ", re.MULTILINE)
ON_USB = "USB-Audio"
JACK = re.compile(r"name='(?:Headphone|Headset)[^']* Jack'\n[^\n]*\n\s*: values=(on|off)")
CONTROL = re.compile(r"^Simple mixer control '([^']+)'", re.MULTILINE)
VOLUMES = ("Master", "PCM", "Headphone", "Headset", "Speaker")  # what cards call it, best first


@dataclass(frozen=True)
class Card:
    number: int
    id: str
    is_on_usb: bool = False


@dataclass(frozen=True)
class Place:
    """Where a sentence is heard: a card, and whether by one listener alone."""

    card: Card
    is_private: bool = False


def cards(listing: str) -> list[Card]:
    """Of the text of /proc/asound/cards."""
    return [
        Card(int(found["number"]), found["id"], found["driver"] == ON_USB)
        for found in CARD.finditer(listing)
    ]


def is_plugged(contents: str) -> bool:
    """Whether a jack for headphones says so, in the text of `amixer contents`."""
    return "on" in JACK.findall(contents)


class Sound:
    """The cards of this machine. `speaker` is the id of the loudspeaker's; empty: the first."""

    def __init__(self, speaker: str = "", listing: Path = CARDS, mixer: str = MIXER) -> None:
        self._speaker, self._listing = speaker, listing
        self._mixer = shutil.which(mixer)
        self._set: dict[int, int] = {}  # percent, by card

    @property
    def is_there(self) -> bool:
        return bool(self._cards())

    @property
    def can_be_set(self) -> bool:
        return self.is_there and self._mixer is not None

    async def place(self) -> Place | None:
        """Where to speak now; None where nobody can hear."""
        known = self._cards()
        if not known:
            return None
        speaker = next((card for card in known if card.id == self._speaker), known[0])
        headset = next((card for card in known if card.is_on_usb and card != speaker), None)
        if headset is not None:
            return Place(headset, is_private=True)
        has_jack = is_plugged(await self._mix(speaker, "contents"))
        await self._lead(speaker, has_jack)
        return Place(speaker, is_private=has_jack)

    async def set(self, card: Card, percent: int) -> None:
        """As loud as that, as the ear hears it (-M); nothing where the card lets nothing be set."""
        if self._set.get(card.number) == percent:
            return
        self._set[card.number] = percent
        controls = CONTROL.findall(await self._mix(card, "scontrols"))
        control = next((name for name in VOLUMES if name in controls), None)
        if control is not None:
            await self._mix(card, "-M", "sset", control, f"{percent}%", "unmute")

    async def _lead(self, card: Card, has_jack: bool) -> None:
        """Not every card turns its own loudspeaker off."""
        controls = CONTROL.findall(await self._mix(card, "scontrols")) if self._mixer else []
        if {"Speaker", "Headphone"} <= set(controls):
            await self._mix(card, "sset", "Speaker", "mute" if has_jack else "unmute")
            await self._mix(card, "sset", "Headphone", "unmute" if has_jack else "mute")

    def _cards(self) -> list[Card]:
        return cards(self._listing.read_text()) if self._listing.exists() else []

    async def _mix(self, card: Card, *words: str) -> str:
        """What amixer says; nothing where it is not there, or the card went meanwhile."""
        if self._mixer is None:
            return ""
        process = await asyncio.create_subprocess_exec(
            self._mixer, "-c", str(card.number), *words,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        said, _ = await process.communicate()
        return said.decode(errors="replace") if process.returncode == 0 else ""
