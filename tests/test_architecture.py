"""The rules of docs/architecture.md that a reviewer would miss, and a test does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("firmware", "drivers", "ui")
LONGEST_MODULE = 400  # lines

MAY_IMPORT = {
    "ui": ("ui", "firmware.contract", "firmware.runtime"),
    "drivers": ("drivers", "firmware.contract", "firmware.runtime"),
    "firmware": ("firmware",),
}
CAN_WAIT = frozenset(
    {"aiomqtt", "asyncio", "logging", "paho", "select", "selectors", "serial", "socket"}
    | {"subprocess", "threading", "time", "usb"}
)
ONLY_ON_THE_BUS = frozenset({"paho", "aiomqtt"})
WAYS_OUT = [Path(f"firmware/runtime/{name}.py") for name in ("bus", "connection", "wide")]


def modules(*folders: str) -> list[Path]:
    return [
        path.relative_to(ROOT) for each in folders for path in sorted((ROOT / each).rglob("*.py"))
    ]


def imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Every dotted name that is imported, anywhere in the module; relative ones made absolute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -node.level + 1 or None] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{name.name}" for name in node.names)


def imported_by(path: Path) -> set[str]:
    package = ".".join(path.parent.parts)
    return set(imports(ast.parse((ROOT / path).read_text(encoding="utf-8")), package))


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def foreign(path: Path) -> list[str]:
    """What a module imports of ours and must not."""
    allowed = MAY_IMPORT[path.parts[0]]
    of_ours = [name for name in imported_by(path) if name.split(".")[0] in MAY_IMPORT]
    return sorted(name for name in of_ours if not is_within(name, allowed))


def catches_everything(tree: ast.AST) -> list[int]:
    """Lines of `except:`, `except Exception` and `except BaseException`, alone or in a tuple."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = [] if node.type is None else list(ast.walk(node.type))
            names = {each.id for each in caught if isinstance(each, ast.Name)}
            if node.type is None or names & {"Exception", "BaseException"}:
                lines.append(node.lineno)
    return lines


def test_imports_run_one_way() -> None:
    wrong = {str(path): names for path in modules(*PRODUCT) if (names := foreign(path))}
    assert wrong == {}


def test_the_districts_side_knows_nothing_of_a_kiosk_but_the_contract() -> None:
    allowed = ("firmware.collector", "firmware.contract", "firmware.runtime")
    wrong = {
        str(path): names
        for path in modules("firmware/collector")
        if (names := [n for n in imported_by(path)
                      if n.split(".")[0] in MAY_IMPORT and not is_within(n, allowed)])
    }  # fmt: skip
    assert len(modules("firmware/collector")) > 10
    assert wrong == {}


def test_protocols_import_nothing_that_can_wait() -> None:
    pure = [path for path in modules("drivers") if path.name in ("codec.py", "protocol.py")]
    assert len(pure) > 1
    wrong = {
        str(path): sorted(found)
        for path in pure
        if (found := {name.split(".")[0] for name in imported_by(path)} & CAN_WAIT)
    }
    assert wrong == {}


def test_only_the_bus_and_the_wide_link_know_mqtt() -> None:
    users = [
        path
        for path in modules(*PRODUCT)
        if {name.split(".")[0] for name in imported_by(path)} & ONLY_ON_THE_BUS
    ]
    assert users == WAYS_OUT


def test_modules_stay_short() -> None:
    lengths = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in modules(*PRODUCT, "tests", "docs")
    }
    assert {path: count for path, count in lengths.items() if count > LONGEST_MODULE} == {}


def test_bugs_are_not_caught() -> None:
    wrong = {
        str(path): lines
        for path in modules(*PRODUCT)
        if path.name != "__main__.py"
        and (lines := catches_everything(ast.parse((ROOT / path).read_text(encoding="utf-8"))))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import serial.tools", "serial.tools"),
        ("def f():\n    from time import sleep", "time.sleep"),
        ("from firmware import till", "firmware.till"),
        ("from ..till import leases", "drivers.till.leases"),
        ("from . import codec", "drivers.x.codec"),
    ],
)
def test_this_test_sees_hidden_imports(source: str, found: str) -> None:
    assert list(imports(ast.parse(source), "drivers.x")) == [found]


@pytest.mark.parametrize(
    "caught", ["", " Exception", " (OSError, Exception)", " BaseException as error"]
)
def test_this_test_sees_a_swallowed_bug(caught: str) -> None:
    assert catches_everything(ast.parse(f"try:\n    pass\nexcept{caught}:\n    pass")) == [3]
    assert catches_everything(ast.parse("try:\n    pass\nexcept OSError:\n    pass")) == []
