"""`[gateway]` as people write it, and whom a connection is believed."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from firmware.contract.device import Kind
from firmware.contract.gateway import (
    Failed,
    FetchBill,
    FetchDocument,
    GatewayState,
    PostPayment,
    Problem,
)
from firmware.contract.money import rupees
from firmware.gateway.backend import BackEnd
from firmware.gateway.connectors import routes_of
from firmware.gateway.link import MOST_BYTES, open_session, tls
from firmware.runtime.config import ConfigError, load
from firmware.runtime.gateway_section import patience_of
from tests.firmware.gateway.certificates import Identity, make_identity
from tests.firmware.gateway.free import WITHOUT_MONEY
from tests.firmware.small_kiosk import config_in

DIGIT = """
[gateway.connector.town]
kind = "digit"
url = "https://digit.example.org"
tenant = "pb.amritsar"
user = "KIOSK0417"
password_file = "{password}"
services = {{ electricity = "WS" }}
"""


def config_with(folder: Path, text: str) -> Path:
    config_in(folder, {"notes": Kind.NOTES})
    password = folder / "password"
    password.write_text("secret")
    path = folder / "kiosk.toml"
    whole = path.read_text(encoding="utf-8") + text.format(password=password)
    path.write_text(whole, encoding="utf-8")
    return path


# --- what people write ----------------------------------------------------------------------------


async def test_a_route_by_service_leads_to_its_connector(tmp_path: Path) -> None:
    text = DIGIT + '[gateway.route]\nelectricity = "town"'
    config = load(config_with(tmp_path, text))
    routes = routes_of(config, asyncio.get_running_loop().time)
    assert [each.name for each in routes._all] == ["default", "town"]
    await routes.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DIGIT + '[gateway.route]\nelectricity = "towm"', "did you mean `town`"),
        (DIGIT + '[gateway.route]\nwater = "town"', "`town` does not serve it"),
        (DIGIT.replace("tenant", "tennant"), "did you mean `tenant`"),
        (DIGIT.replace('"digit"', '"digti"'), "did you mean `digit`"),
        (DIGIT.replace("kind", "knd"), "missing required field `kind`"),
    ],
)
def test_a_typo_names_what_was_meant(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(config_with(tmp_path, text))


async def test_a_service_that_nobody_sells_is_not_sent_to_the_default(tmp_path: Path) -> None:
    text = DIGIT.replace("electricity =", "electricty =")
    config = load(config_with(tmp_path, text + '[gateway.route]\nelectricty = "town"'))
    with pytest.raises(ConfigError, match="no such service; did you mean `electricity`"):
        routes_of(config, asyncio.get_running_loop().time)


async def test_a_back_end_over_a_network_is_not_spoken_to_in_clear() -> None:
    with pytest.raises(ConfigError, match="expected https"):
        open_session("http://office.example.org", 5.0)
    await open_session("http://127.0.0.1:8080", 5.0).close()


async def test_an_authority_that_is_no_file_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ca"):
        open_session("https://office.example.org", 5.0, str(tmp_path / "none.pem"))


def test_a_document_is_waited_for_longer_than_a_bill() -> None:
    document = FetchDocument("k", "caste", "1", "TDR 0417 0001", "page")
    post = PostPayment("k", "electricity", "1", "B1", rupees(1), "TDR 0417 0001")
    bill = FetchBill("electricity", "1")
    assert [patience_of(each, 5.0) for each in (bill, post, document)] == [5.0, 10.0, 20.0]


def test_what_changes_something_is_waited_for_longer_than_a_question() -> None:
    assert [patience_of(each, 5.0) for each in WITHOUT_MONEY] == [5.0, 5.0, 10.0, 10.0]


# --- whom a connection is believed ----------------------------------------------------------------


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    folder = tmp_path_factory.mktemp("tls")
    hosts = {"office": "127.0.0.1", "elsewhere": "127.0.0.9", "stranger": "127.0.0.1"}
    return {name: make_identity(folder, name, host) for name, host in hosts.items()}


async def look_at(
    server_of: Identity, believed: Identity | None, newest: ssl.TLSVersion | None = None
) -> GatewayState:
    async def health(request: web.Request) -> web.Response:
        return web.json_response({"tenders": []})

    application = web.Application()
    application.router.add_get("/health", health)
    server = TestServer(application, scheme="https")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_of.certificate, server_of.key)
    if newest is not None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = newest
        context.set_ciphers("ALL:@SECLEVEL=0")
    await server.start_server(ssl=context)
    ca = "" if believed is None else str(believed.certificate)
    back_end = BackEnd(f"https://127.0.0.1:{server.port}", 5.0, ca=ca)
    try:
        return await back_end.look()
    finally:
        await back_end.close()
        await server.close()


async def test_the_pinned_authority_is_believed(identities: dict[str, Identity]) -> None:
    assert (await look_at(identities["office"], identities["office"])).is_online


@pytest.mark.parametrize(
    ("server", "believed"),
    [("stranger", "office"), ("elsewhere", "elsewhere"), ("office", None)],
    ids=["another authority", "another host", "no authority of the system"],
)
async def test_nobody_else_is(
    identities: dict[str, Identity], server: str, believed: str | None
) -> None:
    state = await look_at(identities[server], identities[believed] if believed else None)
    assert not state.is_online
    assert "certificate" in state.detail.lower()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
async def test_an_old_tls_is_not_spoken(identities: dict[str, Identity]) -> None:
    office = identities["office"]
    # OpenSSL may refuse it by its own configuration; here it is refused whatever that says.
    assert tls().minimum_version is ssl.TLSVersion.TLSv1_2
    assert not (await look_at(office, office, ssl.TLSVersion.TLSv1_1)).is_online
    assert (await look_at(office, office, ssl.TLSVersion.TLSv1_2)).is_online


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_captive_portal_gets_no_payment(status: int) -> None:
    asked: list[str] = []

    async def portal(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/log-in"})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", portal)
    async with TestServer(application) as server:
        back_end = BackEnd(str(server.make_url("/")), 5.0)
        post = PostPayment("k", "electricity", "1", "B1", rupees(1), "TDR 0417 0001")
        reply = await back_end.ask(post)
        await back_end.close()
    assert isinstance(reply, Failed)
    assert reply.problem is Problem.BACK_END_DOWN
    assert asked == ["/services/electricity/payments"]


async def test_an_endless_answer_does_not_fill_the_memory() -> None:
    async def endless(request: web.Request) -> web.Response:
        return web.Response(body=b" " * (MOST_BYTES + 1))

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", endless)
    async with TestServer(application) as server:
        back_end = BackEnd(str(server.make_url("/")), 5.0)
        assert "more than" in (await back_end.look()).detail
        assert "more than" in str(await back_end.ask(FetchBill("electricity", "1")))
        await back_end.close()
