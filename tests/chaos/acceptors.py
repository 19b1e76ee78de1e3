"""The same kiosk with other makers' devices: sections of kiosk.toml, and no more."""

from __future__ import annotations

import re
from dataclasses import dataclass

TEMPLATE_HAS = 'family = "itl_ssp"'  # in firmware/demo/template.py
STANDARD = "itl_ssp"
OPTIONS: dict[str, str] = {
    "itl_ssp": "",
    "id003": "",
    "mdb_notes": "",
    "ccnet": "",
    "cctalk_bill": "",
}  # by family: what `[device.notes.options]` needs; a new family is a row here
COINS = re.compile(r'family = "cctalk"\n(.*?)\n\[device\.coins\.options\]\ncoins = [^\n]*\n', re.S)
STANDARD_COINS = "cctalk"
COIN_OPTIONS: dict[str, str] = {
    "mdb_coins": "",
    "pulse": 'pulses = { "1" = 100, "2" = 200, "5" = 500, "10" = 1000, "20" = 2000 }\n'
    'pin_factory = "bench"\n',
}  # by family: what `[device.coins.options]` needs
CARD = re.compile(
    r'family = "magstripe"\n(.*?)\n\[device\.card\.options\]\npublic_key = [^\n]*\n', re.S
)
STANDARD_CARD = "magstripe"


@dataclass(frozen=True)
class Fitting:
    """Which families a kiosk has. `card` is empty for a reader at the contract (plastic.py); `wire`
    is the party line that coins and notes share, a row of `kiosk.wires`."""

    notes: str = STANDARD
    coins: str = STANDARD_COINS
    card: str = ""
    wire: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.notes, self.coins, self.card, self.wire)))


AS_BUILT = Fitting()


def fitted(config: str, fitting: Fitting) -> str:
    """The text of a kiosk.toml with these families."""
    config = with_acceptor(config, fitting.notes)
    if fitting.coins != STANDARD_COINS:
        options = COIN_OPTIONS[fitting.coins]
        section = f"\n[device.coins.options]\n{options}" if options else ""
        config = _swapped(COINS, f'family = "{fitting.coins}"\n\\1\n{section}', config)
    if fitting.card not in ("", STANDARD_CARD):
        config = _swapped(CARD, f'family = "{fitting.card}"\n\\1\n', config)
    return config


def with_acceptor(config: str, family: str) -> str:
    """The text of a kiosk.toml with the note acceptor of `family`."""
    assert config.count(TEMPLATE_HAS) == 1, "the template has one note acceptor"
    config = config.replace(TEMPLATE_HAS, f'family = "{family}"')
    options = OPTIONS[family]
    return f"{config}\n[device.notes.options]\n{options}\n" if options else config


def _swapped(what: re.Pattern[str], section: str, config: str) -> str:
    config, count = what.subn(section, config)
    assert count == 1, what.pattern
    return config
