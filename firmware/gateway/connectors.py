"""From `[gateway]` of `kiosk.toml` to connectors, each with its guards.

A connector's own libraries are loaded only where it is configured: XML signatures need some
megabytes that a kiosk without Bharat BillPay does not have to spare.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from firmware.gateway.backend import BackEnd
from firmware.gateway.breaker import Breaker
from firmware.gateway.guarded import Guarded
from firmware.gateway.port import Connector
from firmware.gateway.routes import Routes
from firmware.runtime.config import Config, ConfigError, nearest
from firmware.runtime.gateway_section import DEFAULT, ConnectorSection, DigitSection, GatewaySection
from firmware.services.catalogue import load_catalogue


def routes_of(config: Config, clock: Callable[[], float]) -> Routes:
    """Raises ConfigError. Called in the event loop, whose connections these are."""
    gateway = config.gateway
    _check_services(gateway)
    # By the kiosk's own id: so that not all kiosks look at the same moment, and each can be
    # played again.
    draw = Random(config.kiosk.id).random
    default = BackEnd(gateway.url, gateway.timeout, config.spool_folder, gateway.ca)
    guarded = {DEFAULT: Guarded(DEFAULT, default, Breaker(draw), clock)}
    for name in sorted(set(gateway.route.values()) - {DEFAULT}):
        connector = _connector(gateway.connector[name], gateway, clock)
        guarded[name] = Guarded(name, connector, Breaker(draw), clock)
    route = {service: guarded[name] for service, name in gateway.route.items()}
    return Routes(guarded[DEFAULT], route, clock)


def _connector(
    section: ConnectorSection, gateway: GatewaySection, clock: Callable[[], float]
) -> Connector:
    ca = section.ca or gateway.ca
    if isinstance(section, DigitSection):
        from firmware.gateway.digit import Digit

        return Digit(section, gateway.timeout, ca, clock)
    from firmware.gateway.bbps import BharatBillPay

    return BharatBillPay(section, gateway.timeout, ca, clock)


def _check_services(gateway: GatewaySection) -> None:
    """A mistyped service would go to the default without a word."""
    known = load_catalogue().services
    for service in gateway.route:
        if service not in known:
            raise ConfigError(
                f"[gateway.route] {service}: no such service{nearest(service, known)}"
            )
