"""Money is being taken: how much is in, how much is left, and which notes the till takes now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware.contract.money import Money
from firmware.contract.screen import Hint, InsertCash, NoteButton, Screen
from ui import theme
from ui.say import Say, amount, sentences

MOMENTS = ("cash.one_moment", "cash.note_waits")  # something is away, and may soon be back


@dataclass(frozen=True)
class NoteChip:
    text: str
    colour: str
    is_taken: bool
    ink: str = theme.INK
    stamp: str = ""  # the word of play money


@dataclass(frozen=True)
class InsertCashModel:
    question: str = ""
    line: str = ""
    inserted_label: str = ""
    inserted: str = ""
    due: str = ""
    remaining_label: str = ""
    remaining: str = ""
    part: float = 0.0  # of the due, 0 to 1; for the bar only
    notes_label: str = ""
    notes: tuple[NoteChip, ...] = ()
    why_not: str = ""
    coins: str = ""
    strip: str = ""
    strip_icon: str = "arrow-fat-right-fill"

    @property
    def spoken_text(self) -> str:
        return sentences(self.question, self.strip, f"{self.remaining_label} {self.remaining}")

    @property
    def aloud_text(self) -> str:
        """What became of a note is said to the room, as it is seen by it; not what is owed."""
        return sentences(self.question, self.strip)


def model(data: InsertCash, screen: Screen, say: Say) -> InsertCashModel:
    strip, icon = _strip(data, say)
    return InsertCashModel(
        question=say(f"cash.question{_way(data)}"),
        line=say(f"cash.line{_way(data)}"),
        inserted_label=say("cash.inserted"),
        inserted=amount(data.inserted),
        due=say("cash.due", due=amount(data.due)),
        remaining_label=say("cash.remaining"),
        remaining=amount(max(data.remaining, Money(0))),
        part=min(1.0, data.inserted.paise / data.due.paise) if data.due.paise > 0 else 1.0,
        notes_label=_notes_label(data, say),
        notes=tuple(_chip(note) for note in data.notes),
        why_not=_why_not(data, say),
        coins=say("cash.coins", coins=", ".join(f"₹{coin.short()}" for coin in data.coins))
        if data.coins
        else "",
        strip=strip,
        strip_icon=icon,
    )


def as_play(model: InsertCashModel, data: InsertCash, say: Say) -> InsertCashModel:
    """In practice: notes that look like the ones in the tray, and no word that sends anybody to a
    real slot."""
    notes = tuple(_play_chip(chip, say) for chip in model.notes)
    if _way(data) in (".wait", ".moment"):
        return replace(model, notes=notes)
    played = replace(
        model, question=say("practice.cash"), line=say("practice.cash.line"), notes=notes
    )
    if model.strip != say("cash.insert"):  # it says what became of a note
        return played
    return replace(played, strip=say("practice.cash.strip"), strip_icon="info-fill")


def _play_chip(chip: NoteChip, say: Say) -> NoteChip:
    colour = theme.PLAY if chip.is_taken else chip.colour
    ink = theme.WHITE if chip.is_taken else chip.ink
    return replace(chip, colour=colour, ink=ink, stamp=say("practice.stamp"))


def _way(data: InsertCash) -> str:
    """Which words: for notes, for coins only, or for the moments when the slots are shut."""
    if data.notes:
        return ""
    if not data.is_checking:
        return ".coins"
    return ".moment" if data.hint is not None and data.hint.key in MOMENTS else ".wait"


def hint_text(hint: Hint, say: Say) -> str:
    """What just happened, in one sentence. A refusal with an unknown reason is `other`."""
    otherwise = "cash.refused.other" if hint.key.startswith("cash.refused") else "cash.insert"
    value = amount(hint.value) if hint.value is not None else ""
    return say(say.known(hint.key, otherwise), value=value)


def _strip(data: InsertCash, say: Say) -> tuple[str, str]:
    if data.remaining.paise <= 0:
        return say("cash.full"), "check-circle-fill"
    if data.is_checking:
        key = data.hint.key if _way(data) == ".moment" and data.hint else "cash.checking"
        return say(key), "hourglass-medium-duotone"
    if data.hint is None:
        return say("cash.insert"), "arrow-fat-right-fill"
    is_good = data.hint.key in ("cash.accepted", "cash.coin", "cash.slip")
    icon = "check-circle-fill" if is_good else "info-fill"
    return hint_text(data.hint, say), "arrow-fat-right-fill" if data.hint.key == (
        "cash.insert"
    ) else icon


def _notes_label(data: InsertCash, say: Say) -> str:
    if _way(data) in (".wait", ".moment"):
        return ""
    return say("cash.notes" if any(note.is_taken for note in data.notes) else "cash.no_notes")


def _chip(note: NoteButton) -> NoteChip:
    colour = theme.NOTE_COLOURS.get(note.value.paise, theme.CARD)
    return NoteChip(f"₹{note.value.short()}", colour if note.is_taken else theme.OFF, note.is_taken)


def _why_not(data: InsertCash, say: Say) -> str:
    """One sentence a reason, naming its notes; then what becomes of the surplus."""
    reasons: dict[str, list[str]] = {}
    for note in data.notes:
        if not note.is_taken and note.why_not is not None:
            reasons.setdefault(note.why_not, []).append(f"₹{note.value.short()}")
    texts = [
        say(say.known(key, "note.not_taken"), notes=", ".join(values))
        for key, values in reasons.items()
    ]
    if data.advance.paise > 0 and data.notes:
        texts.append(say("cash.advance", advance=amount(data.advance)))
    return " ".join(texts)
