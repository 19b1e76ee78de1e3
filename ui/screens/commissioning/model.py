"""A machine that nobody has set up: who it is, where it is reached, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.contract.screen import Commissioning
from ui.say import Say, sentences


@dataclass(frozen=True)
class CommissioningModel:
    """In both languages at once: nobody has chosen one yet."""

    title: str = ""
    title_too: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # label, value
    todo_title: str = ""
    todo: tuple[tuple[str, str], ...] = ()  # in one language, in the other
    helpline: str = ""

    @property
    def spoken_text(self) -> str:
        return sentences(self.title)


def model(data: Commissioning, say: Say, too: Say) -> CommissioningModel:
    def both(key: str) -> str:
        return f"{say(key)} · {too(key)}"

    facts = {
        "commissioning.machine": data.machine,
        "commissioning.address": ", ".join(data.addresses) or both("commissioning.no_network"),
        "commissioning.login": f"ssh technician@{data.addresses[0]}" if data.addresses else "",
        "commissioning.ssh_key": data.ssh_key.replace(":", ":\n"),  # too long for one line
    }
    steps = [say.known(key, "commissioning.todo.other") for key in data.todo]
    return CommissioningModel(
        title=say("commissioning.title"),
        title_too=too("commissioning.title"),
        facts=tuple((both(label), value) for label, value in facts.items() if value),
        todo_title=both("commissioning.todo"),
        todo=tuple((say(step), too(step)) for step in steps),
        helpline=say("attract.helpline"),
    )
