"""The same kiosk with another maker's note acceptor: one section of kiosk.toml, and no more."""

from __future__ import annotations

TEMPLATE_HAS = 'family = "itl_ssp"'  # in firmware/demo/template.py
STANDARD = "itl_ssp"
OPTIONS: dict[str, str] = {
    "itl_ssp": "",
    "id003": "",
    "mdb_notes": "",
    "ccnet": "",
    "cctalk_bill": "",
}  # by family: what `[device.notes.options]` needs; a new family is a row here


def with_acceptor(config: str, family: str) -> str:
    """The text of a kiosk.toml with the note acceptor of `family`."""
    assert config.count(TEMPLATE_HAS) == 1, "the template has one note acceptor"
    config = config.replace(TEMPLATE_HAS, f'family = "{family}"')
    options = OPTIONS[family]
    return f"{config}\n[device.notes.options]\n{options}\n" if options else config
