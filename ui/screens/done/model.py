"""Paid: how much for what, the receipt's number, and where the proof is. And a receipt again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firmware.contract.asked import Accepted
from firmware.contract.screen import Action, Done, Screen
from firmware.contract.screen_ends import PosterOut, Reprinted
from ui.frame import NO_BUTTON, Button, button
from ui.say import Say, amount, in_fours, sentences

STRIPS = {"screen": "done.photograph", "page": "done.take_page"}
BOTH = "done.take_both"


@dataclass(frozen=True)
class DoneModel:
    icon: str = "check-bold"
    is_open: bool = False  # somebody still has to answer: no green tick
    title: str = ""
    line: str = ""
    receipt_label: str = ""
    receipt: str = ""
    code: str = ""  # what the QR on the screen holds; empty: the proof is on paper
    strip: str = ""
    strip_icon: str = "receipt-fill"
    notes: str = ""  # posted later, carried over
    another: Button = NO_BUTTON
    finish: Button = NO_BUTTON
    leaving: str = ""  # with {seconds}

    @property
    def spoken_text(self) -> str:
        return sentences(self.title, self.strip, self.notes)

    @property
    def aloud_text(self) -> str:
        return sentences(self.title, self.strip)


def model(data: Done, screen: Screen, say: Say) -> DoneModel:
    is_on_screen = data.proof == "screen"
    return DoneModel(
        title=say("done.title" if data.is_posted else "done.title.later"),
        line=_line(data, say),
        receipt_label=say("done.receipt"),
        receipt=data.receipt,
        code=data.receipt if is_on_screen else "",
        strip=say.own(_strip(data), data.paper),
        strip_icon="camera-fill" if is_on_screen else "receipt-fill",
        notes=_notes(data, say),
        another=_own(Action.ANOTHER, screen, say),
        finish=_own(Action.FINISH, screen, say),
        leaving=say("leaving", seconds="{seconds}"),
    )


def reprinted(data: Reprinted, screen: Screen, say: Say) -> DoneModel:
    """The same screen, without money."""
    is_on_screen = data.proof == "screen"
    return DoneModel(
        title=say("reprinted.title.screen" if is_on_screen else "reprinted.title"),
        line=say("reprinted.line.screen" if is_on_screen else "reprinted.line"),
        receipt_label=say("done.receipt"),
        receipt=data.receipt,
        code=data.receipt if is_on_screen else "",
        strip=say(STRIPS.get(data.proof, "done.take_paper")),
        strip_icon="camera-fill" if is_on_screen else "receipt-fill",
        another=_own(Action.ANOTHER, screen, say),
        finish=_own(Action.FINISH, screen, say),
        leaving=say("leaving", seconds="{seconds}"),
    )


def accepted(data: Accepted, screen: Screen, say: Say) -> DoneModel:
    """The same for what takes no money. A verification without an answer is not done, and the
    screen does not say so."""
    kind = "verification" if data.is_verification else "request"
    key = f"accepted.{kind}.{'done' if data.reference else 'pending'}"
    is_open = data.is_verification and not data.reference
    is_on_screen = data.proof == "screen"
    return DoneModel(
        icon="hourglass-medium-duotone" if is_open else "check-bold",
        is_open=is_open,
        title=say(f"{key}.title"),
        line=say(f"{data.service}.name"),
        receipt_label=say("accepted.number"),
        receipt=data.receipt,
        code=data.receipt if is_on_screen else "",
        strip=say(f"accepted.{data.proof if data.proof in STRIPS else 'paper'}"),
        strip_icon="camera-fill" if is_on_screen else "receipt-fill",
        notes=say(key, reference=data.reference),
        another=_own(Action.ANOTHER, screen, say),
        finish=_own(Action.FINISH, screen, say),
        leaving=say("leaving", seconds="{seconds}"),
    )


def poster_out(data: PosterOut, screen: Screen, say: Say) -> DoneModel:
    """The same screen, and nothing was paid."""
    return DoneModel(
        title=say("poster_out.title"),
        line=say("poster_out.line"),
        receipt_label=say("poster_out.label"),
        receipt=str(data.rates or "–"),
        strip=say("poster_out.strip"),
        strip_icon="clipboard-text-fill",
        another=_own(Action.ANOTHER, screen, say),
        finish=_own(Action.FINISH, screen, say),
        leaving=say("leaving", seconds="{seconds}"),
    )


def as_play(model: DoneModel, say: Say) -> DoneModel:
    """In practice: nothing comes out below, and nothing of it proves anything."""
    return replace(model, strip=say("practice.done"), strip_icon="info-fill")


def _strip(data: Done) -> str:
    """What to take, or to photograph."""
    if data.paper and data.proof == "paper":
        return BOTH
    return STRIPS.get(data.proof, "done.take_paper")


def _line(data: Done, say: Say) -> str:
    if data.bills > 1:
        return f"{amount(data.paid)} · {say('done.bills', bills=data.bills)}"
    return f"{amount(data.paid)} · {say(f'{data.service}.name')} · {in_fours(data.account)}"


def _notes(data: Done, say: Say) -> str:
    is_said = not data.paper or _strip(data) == BOTH
    texts = [] if is_said else [say(f"done.papers.{data.paper}")]
    if data.by is not None:
        texts.append(say(f"done.by.{data.by}"))
    if not data.is_posted:
        texts.append(say("done.later"))
    if data.change.paise > 0:
        texts.append(say("done.change", change=amount(data.change)))
    if data.advance.paise > 0:
        texts.append(say("done.advance", advance=amount(data.advance)))
    if data.remains.paise > 0:
        texts.append(say("done.remains", remains=amount(data.remains)))
    return " ".join(texts)


def _own(action: Action, screen: Screen, say: Say) -> Button:
    if action not in screen.actions:
        return NO_BUTTON
    return button(action, say, is_way_on=action is Action.FINISH)
