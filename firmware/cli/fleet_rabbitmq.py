"""`kioskctl fleet rabbitmq`: users of a RabbitMQ and what each may say and hear, as its own file of
definitions.

Mosquitto has one access list for all, with `%u` in it. RabbitMQ knows nobody who is not in its
database, so it gets a user for each kiosk of the list of what was installed, without a password:
the certificate is all he has. Follows rabbitmq.com/docs/definitions and
rabbitmq.com/docs/access-control, of 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from firmware.runtime.config import ConfigError

VHOST, EXCHANGE = "/", "amq.topic"  # mqtt.vhost and mqtt.exchange where nobody says another
# An MQTT topic with `.` for `/`, as RabbitMQ compares it; of a filter, `*` stands for `+`.
OWN_SAY, OWN_HEAR = (
    r"^kiosk\.v1\.{username}\.up\.[^.]+$",
    r"^kiosk\.v1\.({username}|all)\.down\.[^.]+$",
)
COLLECTOR_SAY = r"^kiosk\.v1\.[^.]+\.down\.ack$"
COLLECTOR_HEAR = r"^kiosk\.v1\.\*\.up\.(#|status|state)$"
OFFICE_SAY = r"^kiosk\.v1\.([^.]+\.down\.(command|desired)|all\.down\.notice)$"
OFFICE_HEAR = r"^kiosk\.v1\.[^.]+\.up\.reply$"
# What waits for a collector that is away, oldest dropped first: kiosks send it again. As
# max_queued_bytes of docs/fleet/mosquitto.conf.
MOST_WAITING = 268_435_456  # bytes


def definitions(
    kiosks: Sequence[str], collectors: Sequence[str], offices: Sequence[str]
) -> dict[str, object]:
    """What `load_definitions` and `rabbitmqctl import_definitions` take. Raises ConfigError for a
    name that would be two things."""
    names = [*kiosks, *collectors, *offices]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ConfigError(f"expected each name once, got twice: {', '.join(sorted(twice))}")
    may = [
        *((name, OWN_SAY, OWN_HEAR) for name in kiosks),
        *((name, COLLECTOR_SAY, COLLECTOR_HEAR) for name in collectors),
        *((name, OFFICE_SAY, OFFICE_HEAR) for name in offices),
    ]
    return {
        "vhosts": [{"name": VHOST}],
        "users": [{"name": name, "password_hash": "", "tags": []} for name in names],
        "permissions": list(map(_permission, names)),
        "topic_permissions": [
            {"user": user, "vhost": VHOST, "exchange": EXCHANGE, "write": say, "read": hear}
            for user, say, hear in may
        ],
        "policies": [
            {"vhost": VHOST, "name": "most-waiting", "pattern": "^mqtt-subscription-",
             "apply-to": "queues", "definition": {"max-length-bytes": MOST_WAITING}}
        ],
    }  # fmt: skip


def _permission(user: str) -> dict[str, str]:
    """The queue that a subscription of his client id makes, and the exchange of all topics."""
    queue, exchange = f"mqtt-subscription-{user}qos[01]", EXCHANGE.replace(".", r"\.")
    own = f"^({queue}|{exchange})$"
    return {"user": user, "vhost": VHOST, "configure": f"^{queue}$", "write": own, "read": own}


def as_json(found: dict[str, object]) -> str:
    """For a file that people compare with the one before."""
    return msgspec.json.format(msgspec.json.encode(found)).decode()
