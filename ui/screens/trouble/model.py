"""Something went wrong: first the citizen's money, then what to do, then who knows of it."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Screen, Trouble
from ui.frame import try_at
from ui.say import FaultWords, Say, amount, sentences

STEPS_AT_MOST = 3
GENERAL = "trouble.other"
NO_FAULTS = ("trouble.no_such_account", "trouble.already_paid", "trouble.cancelled_with_money",
             "trouble.timed_out_with_money", "trouble.over_paid", "trouble.rest_of_money",
             "trouble.rest_of_slip", "trouble.day_limit", "trouble.suspected",
             "trouble.given_back", "trouble.not_taken", "trouble.paid_late",
             "trouble.other_amount", "trouble.lookup_refused")  # fmt: skip


@dataclass(frozen=True)
class TroubleModel:
    title: str = ""
    text: str = ""
    safe: str = ""  # "your money is safe"; empty when no money is in
    safe_sum: str = ""
    claim_label: str = ""
    claim: str = ""
    code: str = ""  # what the QR on the screen holds
    steps: tuple[str, ...] = ()
    told: str = ""
    is_fault: bool = True  # of the machine or the office; red is for these only
    icon: str = "exclamation-mark-bold"

    @property
    def is_safe(self) -> bool:
        return bool(self.safe)

    @property
    def spoken_text(self) -> str:
        return sentences(self.title, self.safe, self.safe_sum, self.text, *self.steps)

    @property
    def aloud_text(self) -> str:
        """That the money is safe, and not how much it is."""
        return sentences(self.title, self.safe, self.text, *self.steps)


def model(data: Trouble, screen: Screen, say: Say) -> TroubleModel:
    cause = data.cause if say.has(f"{data.cause}.title") else GENERAL
    number, is_fault = data.claim or data.order or "", cause not in NO_FAULTS
    fault = say.of_fault(data.fault) if is_fault else None
    return TroubleModel(
        title=_title(cause, fault, say),
        text=_text(cause, fault, data.safe.paise > 0, say),
        safe=_safe(data, say),
        safe_sum=_safe_sum(data, say),
        claim_label=say("claim.number") if data.claim else say("done.receipt") if number else "",
        claim=number,
        code=(data.token or number) if number and data.proof == "screen" else "",
        steps=(*_steps(data, cause, say), *filter(None, [try_at(screen, say, "try_at.now")])),
        told=say(f"{cause}.told") if fault is None else fault.mender,
        is_fault=is_fault,
        icon=_icon(fault, is_fault),
    )


def _title(cause: str, fault: FaultWords | None, say: Say) -> str:
    """The fault's own, where something stands because of it."""
    return say(f"{cause}.title") if fault is None or not fault.short else fault.short


def _icon(fault: FaultWords | None, is_fault: bool) -> str:
    if fault is not None:
        return fault.icon
    return "exclamation-mark-bold" if is_fault else "info-fill"


def _safe(data: Trouble, say: Say) -> str:
    return say("safe.title") if data.safe.paise > 0 else ""


def _safe_sum(data: Trouble, say: Say) -> str:
    if data.safe.paise <= 0:
        return ""
    if data.card is not None:
        return say("safe.to_card", safe=amount(data.safe), card=data.card[-4:])
    return say("safe.sum", safe=amount(data.safe))


def _text(cause: str, fault: FaultWords | None, has_money: bool, say: Say) -> str:
    """Of the very fault, and what it means for the money, unless that stands beside it already.
    Else `.text.safe` where the plain sentence would contradict the money that is in."""
    if fault is not None:
        return fault.text if has_money else f"{fault.text} {fault.money}"
    with_money = f"{cause}.text.safe"
    return say(with_money if has_money and say.has(with_money) else f"{cause}.text")


def _steps(data: Trouble, cause: str, say: Say) -> tuple[str, ...]:
    """With a claim or money in: the same three steps whatever the cause. Else the cause's own."""
    if data.claim:
        family = f"claim.{_place_of(data)}"
    elif data.card is not None:
        family = f"refund.{_place_of(data)}"
    elif data.safe.paise > 0:
        family = "safe"
    else:
        family = cause
    keys = [f"{family}.do.{number}" for number in range(1, STEPS_AT_MOST + 1)]
    return tuple(say(key) for key in keys if say.has(key))


def _place_of(data: Trouble) -> str:
    """Where the slip is; a word of a newer core is a paper somewhere."""
    return data.proof if data.proof in ("screen", "page") else "paper"
