"""The drawn pages say what the code says."""

from __future__ import annotations

import enum
import importlib
import re
import tomllib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from docs import access, devices, faults, services, states
from docs.generate import PAGE, members, page
from drivers.base import notes_events as notes
from drivers.base.registry import find
from drivers.itl_ssp.codec import FrameReader
from drivers.itl_ssp.emulator import NoteAcceptorEmulator
from drivers.itl_ssp.protocol import HostProtocol
from firmware.contract.topics import TOPICS
from firmware.runtime.config import (
    BusSection,
    DeviceSection,
    PathsSection,
    TimesSection,
    convert,
    load,
)
from firmware.runtime.gateway_section import ConnectorSection
from firmware.runtime.ui_section import UiSection
from firmware.services.catalogue import load_catalogue
from ui.gallery import scenes

ROOT = Path(__file__).parents[1]
NOT_OURS = frozenset(
    {".venv", "build", "demo-out", "node_modules", ".git", ".pytest_cache", ".hypothesis"}
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`([\w.-]+(?:/[\w.*<>-]+)+/?)(?:::(\w+))?`")
OF_THE_REPOSITORY = ("docs", "drivers", "firmware", "requirements", "tests", "ui", "systemd")
FIRST_CELL = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def test_page_of_topics_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m docs.generate"


def test_every_topic_and_every_type_it_carries_is_on_the_page() -> None:
    text = page()
    for topic in TOPICS:
        assert f"| `{topic.pattern}` |" in text
    for name in ("DeviceState", "NoteStacked", "Lease", "Screen", "InsertCash", "Money", "Status"):
        assert f"### {name}\n" in text


# --- the states -------------------------------------------------------------------------------


def test_page_of_states_is_fresh() -> None:
    assert states.PAGE.read_text(encoding="utf-8") == states.page(), "run: python -m docs.generate"


def test_the_page_of_faults_is_drawn_from_the_table() -> None:
    assert faults.PAGE.read_text(encoding="utf-8") == faults.page(), "run: python -m docs.generate"


def test_page_of_services_is_fresh() -> None:
    written = services.PAGE.read_text(encoding="utf-8")
    assert written == services.page(), "run: python -m docs.generate"


def test_every_service_is_on_the_page_with_its_fee() -> None:
    for service in load_catalogue().services.values():
        assert f"| `{service.id}`: {service.words['en'].name}" in services.page()
    assert "Fee ₹50: Government fee ₹10 + Service fee ₹33.90 + Tax (GST) ₹6.10" in services.page()
    assert "not seen" not in services.page(), "each has its story"


def test_what_was_seen_through_the_window_is_fresh_and_whole() -> None:
    written = access.PAGE.read_text(encoding="utf-8")
    assert written == access.page(), "run: python -m docs.generate"
    missing = [service for service in load_catalogue().services if f"| {service} |" not in written]
    assert missing == [], "KIOSK_SEEN=1 make stories"
    assert "| - |" not in written, "by both ways"


def test_makers_codes_are_fresh() -> None:
    written = devices.PAGE.read_text(encoding="utf-8")
    assert written == devices.page(), "run: python -m docs.generate"


def test_every_family_has_its_row_its_codes_and_a_link_to_its_section() -> None:
    written = devices.PAGE.read_text(encoding="utf-8")
    for family in FAMILIES:
        folder = family.module.split(".")[1]
        row = re.search(rf"^\| `{family.name}` \|.*$", written, re.MULTILINE)
        assert row, f"docs/devices.md: no row for {family.name}"
        assert f"../drivers/{folder}/README.md" in row[0]
        assert f"\n### {family.name}\n" in written


def test_pages_are_drawn_the_same_every_time() -> None:
    assert (page(), states.page()) == (page(), states.page())


@pytest.mark.parametrize("machine", states.MACHINES, ids=lambda machine: machine.title)
def test_every_step_of_the_table_is_in_the_drawing(machine: states.Machine) -> None:
    drawn = list(states.arrows(machine))
    for state, steps in machine.table.items():
        for cause, after in steps.items():
            lines = [line for line in drawn if line.split(":")[0].split() == words(state, after)]
            assert len(lines) == 1, f"{state} --> {after}: {lines}"
            causes = lines[0].partition(": ")[2].split(", ")
            named = {states.name(cause), states.WHATEVER_IS_SAID} & set(causes)
            assert named or cause is after, f"{states.name(cause)} is not on {lines[0]}"


def words(state: enum.Enum, after: enum.Enum) -> list[str]:
    return [state.name, "-->", after.name]


# --- what people wrote -------------------------------------------------------------------------


def pages() -> list[Path]:
    """Not those of an image's root: other people's, and it may be taken away meanwhile."""
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in NOT_OURS]
    found = [*ROOT.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))]
    ours = (path.relative_to(ROOT) for path in found)
    return sorted(path for path in ours if not NOT_OURS & set(path.parts))


@pytest.mark.parametrize("path", pages(), ids=str)
def test_no_link_leads_nowhere(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    links = [link for link in LINK.findall(text) if "://" not in link and link[:7] != "mailto:"]
    broken = [link for link in links if not leads_somewhere(path, link)]
    assert broken == []


def leads_somewhere(path: Path, link: str) -> bool:
    file, _, anchor = link.partition("#")
    target = ROOT / path.parent / file if file else ROOT / path
    if not target.exists():
        return False
    return not anchor or anchor in anchors(target.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """As GitHub makes them: lower case, no punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", CODE_BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [p for p in pages() if p.parts[0] == "docs" or len(p.parts) == 1])
def test_every_file_and_test_that_is_named_exists(path: Path) -> None:
    missing = []
    for name, test in PATH.findall((ROOT / path).read_text(encoding="utf-8")):
        if name.split("/")[0] not in OF_THE_REPOSITORY or "<" in name:
            continue
        files = list(ROOT.glob(name.rstrip("/")))
        is_there = any(not test or f"def {test}(" in file.read_text() for file in files)
        if not is_there:
            missing.append(f"{name}::{test}" if test else name)
    assert missing == []


def test_a_broken_link_and_a_heading_with_marks_are_seen() -> None:
    assert not leads_somewhere(Path("docs/topics.md"), "nowhere.md")
    assert not leads_somewhere(Path("docs/topics.md"), "topics.md#nowhere")
    assert leads_somewhere(Path("docs/topics.md"), "states.md#receipt-printer-escpos")


# --- dependencies -------------------------------------------------------------------------------


def required() -> set[str]:
    """`name==version` of pip and the bare names of Debian, as the requirements say them."""
    lines: list[str] = []
    for file in ("runtime.txt", "collector.txt", "develop.txt", "apt.txt"):
        lines += (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and line[0] not in "#-"}


def explained() -> set[str]:
    """The first cells of the tables under `## Python` and `## Debian`; pip's with their version."""
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    return {cell for part in text.split("\n## ") if is_table_of_requirements(part)
            for cell in FIRST_CELL.findall(part)}  # fmt: skip


def is_table_of_requirements(part: str) -> bool:
    return part.startswith(("Python", "Debian packages of"))


def test_every_dependency_is_explained_and_none_that_is_gone() -> None:
    assert explained() == required()


# --- the example configuration -------------------------------------------------------------------

EXAMPLE = ROOT / "docs/kiosk.example.toml"


def test_example_configuration_loads_and_every_family_takes_its_options(tmp_path: Path) -> None:
    config = load(EXAMPLE)
    for name, section in config.device.items():
        assert find("kiosk.drivers", section.family)(name, section, tmp_path / name).name == name
    for name, options in config.bench.items():
        assert find("kiosk.emulators", config.device[name].family)(**options).physics()


def test_example_configuration_shows_every_section_and_every_key() -> None:
    text, config = EXAMPLE.read_text(encoding="utf-8"), load(EXAMPLE)
    for section in config.__struct_fields__:
        assert re.search(rf"^# ?\[{section}|^\[{section}", text, re.MULTILINE), section
        keys = getattr(getattr(config, section), "__struct_fields__", ())
        for key in keys:
            shown = rf"^{key} = |^\[{section}\.{key}[.\]]"
            assert re.search(shown, text, re.MULTILINE), f"[{section}] {key}"
    assert (config.paths, config.bus) == (PathsSection(), BusSection()), "written are the defaults"
    ui = replace(config.ui, panel_inches=None)
    assert (ui, config.times) == (UiSection(), TimesSection()), "written are the defaults"


@pytest.mark.parametrize("kind", get_args(ConnectorSection), ids=lambda kind: kind.__name__)
def test_example_configuration_shows_every_key_of_every_connector(kind: type) -> None:
    shown = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["gateway"]["connector"].values()
    tag = kind.__struct_config__.tag  # type: ignore[attr-defined]
    (section,) = (each for each in shown if each["kind"] == tag)
    assert set(section) == {"kind", *kind.__struct_fields__}  # type: ignore[attr-defined]


FAMILIES = sorted(entry_points(group="kiosk.drivers"), key=lambda point: point.name)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda point: point.name)
def test_every_family_shows_its_section_of_kiosk_toml(family: EntryPoint, tmp_path: Path) -> None:
    """To swap one maker's device for another's is to paste this section."""
    readme = ROOT / Path(*family.module.split(".")[:2]) / "README.md"
    blocks = re.findall(
        r"^```toml\n(.*?)^```", readme.read_text(encoding="utf-8"), re.M | re.DOTALL
    )
    found = [block for block in blocks if f'family = "{family.name}"' in block]
    assert found, f"{readme}: no section of kiosk.toml"
    shown = tomllib.loads(found[0])
    ((name, document),) = shown["device"].items()
    section = convert(document, DeviceSection, where=str(readme))
    assert section.family == family.name
    family.load()(name, section, tmp_path)
    find("kiosk.emulators", family.name)(**shown.get("bench", {}).get(name, {}))
    options = getattr(importlib.import_module(family.module), "Options", None)
    for key in getattr(options, "__struct_fields__", ()):
        assert re.search(rf"\b{key} =", found[0]), f"{readme}: {key} is not shown"


# --- what was seen on the wires -------------------------------------------------------------------

BUS_LINE = re.compile(r"^ *\d+\.\d{3} …/(\S+) (.*)$", re.MULTILINE)
TYPE = re.compile(r'^{"type":"(\w+)"')
WIRE_CELL = re.compile(r"`(>>|<<)` `(7f [0-9a-f ]+)`")


def test_every_line_of_the_walkthrough_could_be_on_the_bus() -> None:
    lines = BUS_LINE.findall((ROOT / "docs/walkthrough.md").read_text(encoding="utf-8"))
    assert len(lines) > 20
    for name, document in lines:
        pattern = re.sub(r"(device|presence)/\w+", r"\1/{name}", name)
        carried = {each.__name__ for topic in TOPICS if topic.pattern == pattern
                   for each in members(topic.carries)}  # fmt: skip
        assert carried, f"no topic {name}"
        found = TYPE.match(document)
        assert found is None or found[1] in carried, f"{name} does not carry {document}"


def test_bytes_of_the_path_of_a_note_are_those_of_the_two_sides() -> None:
    """Compared without the sequence flag, which hangs on how many polls there were before."""
    told = WIRE_CELL.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    exchanged = iter([(arrow, data_of(raw)) for arrow, raw in bytes_of_one_note()])
    assert len(told) > 8
    for arrow, text in told:
        said = (arrow, data_of(bytes.fromhex(text)))
        assert said in exchanged, f"{arrow} {text} is missing or in another place"


def data_of(raw: bytes) -> bytes:
    """Of one packet, which must be whole."""
    (frame,) = FrameReader().feed(raw, 0.0)
    return frame.data


def bytes_of_one_note() -> list[tuple[str, bytes]]:
    """Host and emulator on one wire, polling in silence before a note of ₹200 comes in."""
    host, unit, wire = HostProtocol(), NoteAcceptorEmulator(), list[tuple[str, bytes]]()
    host.connected(0.0)
    host.send(notes.Accept(frozenset({20000})), 0.0)
    for tick in range(200):
        now = tick * 0.05
        if tick == 60:
            unit.hand("insert", now, paise=20000)
        host.tick(now)
        unit.tick(now)
        while request := host.bytes_to_send():
            unit.receive_bytes(request, now)
            answer = unit.bytes_to_send()
            wire += [(">>", request), ("<<", answer)]
            host.receive_bytes(answer, now)
            obey(host, now)
    return wire


def obey(host: HostProtocol, now: float) -> None:
    """The till at its quickest: stack what is in escrow, acknowledge what is credited."""
    while (event := host.next_event()) is not None:
        if isinstance(event, notes.NoteInEscrow):
            host.send(notes.Stack(), now)
        elif isinstance(event, notes.NoteCredited):
            host.send(notes.Acknowledge(), now)


def test_every_screen_has_a_picture_in_the_docs() -> None:
    told = (ROOT / "docs/screens.md").read_text(encoding="utf-8")
    names = sorted(scenes("hi"))
    assert [name for name in names if f"`{name}`" not in told] == [], "run: python -m docs.screens"
    for part in {name[0] for name in names}:
        for language in ("hi", "en"):
            assert (ROOT / f"docs/screens/all-{part}-{language}.webp").exists()
