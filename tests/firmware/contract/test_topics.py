"""Who may say what: the access list gives every user what TOPICS says, and nothing beside."""

from __future__ import annotations

import inspect
from collections import defaultdict

import pytest

from firmware.contract.topics import TOPICS, Topic, Topics, access_list, users

DEVICES = ["coins", "notes", "panel"]
ROOT = "kiosk/k1/"
SEALED = next(topic for topic in TOPICS if topic.pattern == "device/{name}/sealed")
REPLIED_TO = ("core", "health", "technician", "uplink")
MONEY_ROWS = next(topic for topic in TOPICS if topic.pattern == "reply/uplink")


def rules() -> dict[str, set[tuple[str, str]]]:
    """The access list as the broker reads it: user -> (write or read, pattern)."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    user = ""
    for line in access_list("k1", DEVICES).splitlines():
        match line.split():
            case ["user", name]:
                user = name
            case ["topic", verb, pattern]:
                found[user].add((verb, pattern))
            case []:
                pass
            case other:
                raise AssertionError(f"not a line of an access list: {other}")
    return found


def may(user: str, verb: str, topic: str) -> bool:
    return any(allowed == verb and matches(pattern, topic) for allowed, pattern in rules()[user])


def matches(pattern: str, topic: str) -> bool:
    wanted, parts = pattern.split("/"), topic.split("/")
    return len(wanted) == len(parts) and all(
        want in ("+", part) for want, part in zip(wanted, parts, strict=True)
    )


def spelled_out(topic: Topic, name: str) -> str:
    return ROOT + topic.pattern.replace("{name}", name)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.pattern)
def test_each_user_may_do_what_the_row_says_and_no_more(topic: Topic) -> None:
    is_of_device = topic.pattern.startswith("device/")
    for name in DEVICES if is_of_device else ["core", "gateway", "health", "ui"]:
        path = spelled_out(topic, name)
        for user in users(DEVICES):
            role = "driver" if user.startswith("driver-") else user
            is_own = name == user.removeprefix("driver-") or "{name}" not in topic.pattern
            needs_own = role == "driver" or not is_of_device
            writes = role in topic.writers and (is_own or not needs_own)
            everybody = () if topic.is_private else ("technician", "health")
            reads = role in (*topic.readers, *everybody) and (is_own or role != "driver")
            assert may(user, "write", path) == writes, f"{user} writes {path}"
            assert may(user, "read", path) == reads, f"{user} reads {path}"


@pytest.mark.parametrize("leaf", ["state", "event", "command", "lease"])
def test_driver_of_the_coins_may_not_speak_for_the_notes(leaf: str) -> None:
    assert not may("driver-coins", "write", f"{ROOT}device/notes/{leaf}")
    assert not may("driver-coins", "read", f"{ROOT}device/notes/{leaf}")


def test_screen_cannot_mint_money() -> None:
    """The screen must not command a device, lease an acceptor, nor speak for one."""
    assert {path for verb, path in rules()["ui"] if verb == "write"} == {
        f"{ROOT}screen/press",
        f"{ROOT}presence/ui",
    }


def test_technician_reads_everything_and_commands_no_device() -> None:
    """What he tells is on the record; he commands no device and presses no button."""
    written = {path for verb, path in rules()["technician"] if verb == "write"}
    assert written == {f"{ROOT}core/command", f"{ROOT}health/test", f"{ROOT}uplink/event"}
    readable = [topic for topic in TOPICS if may("technician", "read", spelled_out(topic, "notes"))]
    assert [topic for topic in TOPICS if topic not in readable] == [SEALED, MONEY_ROWS]


def test_a_sealed_card_goes_from_its_driver_to_the_gateway_and_to_nobody_else() -> None:
    path = spelled_out(SEALED, "coins")
    assert [user for user in users(DEVICES) if may(user, "read", path)] == ["gateway"]
    assert [user for user in users(DEVICES) if may(user, "write", path)] == ["driver-coins"]
    assert not SEALED.is_retained


def test_nobody_but_the_technician_redeems_a_claim() -> None:
    path = f"{ROOT}core/command"
    assert [user for user in users(DEVICES) if may(user, "write", path)] == ["technician"]


def test_the_uplink_may_not_speak_for_the_technician_nor_to_a_device() -> None:
    """It is the process that strangers can reach."""
    written = {path for verb, path in rules()["uplink"] if verb == "write"}
    own = {"uplink/state", "uplink/desired", "uplink/notice", "uplink/order", "journal/request",
           "presence/uplink"}  # fmt: skip
    answers = {"reply/core", "reply/health", "reply/technician"}
    assert written == {ROOT + path for path in own | answers}


def test_rows_of_the_journal_go_from_core_to_the_uplink_and_to_nobody_else() -> None:
    path = spelled_out(MONEY_ROWS, "x")
    assert [user for user in users(DEVICES) if may(user, "read", path)] == ["uplink"]
    assert [user for user in users(DEVICES) if may(user, "write", path)] == ["core"]
    assert not MONEY_ROWS.is_retained


def test_only_core_leases_and_commands() -> None:
    for leaf in ("command", "lease"):
        path = f"{ROOT}device/notes/{leaf}"
        assert [user for user in users(DEVICES) if may(user, "write", path)] == ["core"]


def test_health_lights_the_lamp_and_commands_nothing_else() -> None:
    written = {path for verb, path in rules()["health"] if verb == "write"}
    lamps = {f"{ROOT}device/{name}/tower" for name in DEVICES}
    own = {f"{ROOT}health/{each}" for each in ("state", "tickets", "machine")}
    own |= {f"{ROOT}presence/health", f"{ROOT}reply/technician"}
    assert written == lamps | own | {f"{ROOT}uplink/event"}


def test_only_core_asks_the_gateway_and_no_driver_reaches_it() -> None:
    path = f"{ROOT}gateway/request"
    assert [user for user in users(DEVICES) if may(user, "write", path)] == ["core"]
    assert not any(may(user, "read", path) for user in users(DEVICES) if "driver" in user)


def test_no_rule_has_a_wildcard_that_swallows_more_than_a_name() -> None:
    for user, each in rules().items():
        for verb, pattern in each:
            assert "#" not in pattern, user
            assert verb == "read" or "+" not in pattern, user


def test_every_topic_that_is_spelled_out_stands_in_the_table() -> None:
    """`Topics` and TOPICS are two spellings of the same thing."""
    topics = Topics("k1")
    spelled = set()
    for name, member in inspect.getmembers(Topics):
        if isinstance(member, property):
            spelled.add(getattr(topics, name))
        elif inspect.isfunction(member) and not name.startswith("_"):
            for who in REPLIED_TO if name == "reply" else ("x",):
                spelled.add(getattr(topics, name)(who))
    assert spelled == {spelled_out(topic, "x") for topic in TOPICS}
