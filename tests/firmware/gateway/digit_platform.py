"""A municipality on DIGIT as a kiosk meets it: users, bills and collections, with named faults.

Each request is held against tests/vectors/digit/contract.json; what does not fit is a finding, and
`findings` must be empty at the end of a test. What it does with a payment is what DIGIT does: it
gives cash a transaction number of its own, pays one bill once, and makes a new bill of the rest.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import jsonschema_rs
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import TestServer

VECTORS = Path(__file__).parents[2] / "vectors/digit"
CONTRACT = json.loads((VECTORS / "contract.json").read_text(encoding="utf-8"))
PASSWORD, USER = "kiosk-password", "KIOSK0417"
HTML = "<html><body>502 Bad Gateway</body></html>"

Json = dict[str, Any]


class Mishap(StrEnum):
    """What befalls the next request to a path."""

    EXPIRED = "expired"  # 401: the token is not valid any more
    BROKEN = "broken"  # 500, before anything is done
    PROXY = "proxy"  # the page of somebody on the way
    LOST = "lost"  # done, and the answer does not arrive
    BROKEN_AFTER = "broken_after"  # done, and then 500
    LATE = "late"  # done when the caller has long gone: at `let_go`
    DOUBLED = "doubled"  # somebody on the way delivers it twice; the second answer arrives
    DROPPED = "dropped"  # the connection breaks before anything is done


class DigitPlatform:
    def __init__(self) -> None:
        self.due: dict[str, Decimal] = {}  # by consumer
        self.bills: dict[str, Json] = {}  # by id
        self.payments: list[Json] = []
        self.findings: list[str] = []
        self.asked: list[str] = []  # paths, in order
        self.mishaps: dict[str, list[Mishap]] = {}
        self.refuses: str | None = None  # a code, for every create
        self.log_ins = self.refused_log_ins = 0
        self._token = "none"
        self._late: list[Callable[[], object]] = []
        self._template = json.loads((VECTORS / "bill.json").read_text(encoding="utf-8"))
        application = web.Application()
        application.router.add_post("/{path:.*}", self._serve)
        self.server = TestServer(application)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/"))

    def befall(self, path: str, *mishaps: Mishap) -> None:
        """In this order, to the next requests whose path ends so."""
        self.mishaps.setdefault(path, []).extend(mishaps)

    def let_go(self) -> None:
        """What was late is done now."""
        for work in self._late:
            work()
        self._late.clear()

    def paid(self) -> Decimal:
        return sum((Decimal(str(each["totalAmountPaid"])) for each in self.payments), Decimal(0))

    # --- the gateway before all services ---------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"].lstrip("/")
        name = path.rsplit("/", 1)[1]
        self.asked.append(name)
        if name == "token":
            return await self._log_in(request)
        mishap = self.mishaps[name].pop(0) if self.mishaps.get(name) else None
        if mishap is Mishap.DROPPED:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if mishap is Mishap.BROKEN:
            return _error(500, "NullPointerException")
        if mishap is Mishap.PROXY:
            return web.Response(text=HTML, content_type="text/html")
        if mishap is Mishap.EXPIRED:
            self._token = "expired"
        body = json.loads(await request.read())
        if body.get("RequestInfo", {}).get("authToken") != self._token:
            return _error(401, "InvalidAccessTokenException")
        self._check(path, dict(request.query), body)
        if mishap is Mishap.LATE:
            self._late.append(lambda: self._do(path, request, body))
            await asyncio.sleep(30)  # the caller goes first
        if mishap is Mishap.DOUBLED:
            self._do(path, request, body)
        answer = self._do(path, request, body)
        if mishap is Mishap.LOST:
            assert request.transport is not None
            request.transport.abort()
        return _error(500, "KafkaException") if mishap is Mishap.BROKEN_AFTER else answer

    def _check(self, path: str, query: Json, body: Json) -> None:
        name = path
        if path.endswith("/_search"):
            name = "/collection-services/payments/_search"
        contract = CONTRACT["requests"].get(name)
        if contract is None:
            self.findings.append(f"no such path: {path}")
            return
        for what, found in (("query", query), ("body", body)):
            schema = contract[what] | {"$defs": CONTRACT["$defs"]}
            errors = jsonschema_rs.validator_for(schema).iter_errors(found)
            self.findings += [f"{path} {what}: {error.message}" for error in errors]

    async def _log_in(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        schema = CONTRACT["requests"]["/user/oauth/token"]["form"]
        errors = jsonschema_rs.validator_for(schema).iter_errors(form)
        self.findings += [f"log-in: {error.message}" for error in errors]
        said = (request.headers["Authorization"], form.get("username"), form.get("password"))
        if said != (encode_basic_auth("egov-user-client", ""), USER, PASSWORD):
            self.refused_log_ins += 1
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.log_ins += 1
        self._token = f"token-{self.log_ins}"
        user = {"id": 417, "uuid": "5d1c", "userName": USER, "type": "EMPLOYEE", "roles": []}
        return web.json_response({"access_token": self._token, "UserRequest": user})

    # --- the services ------------------------------------------------------------------------

    def _do(self, path: str, request: web.Request, body: Json) -> web.Response:
        service: dict[str, Callable[[Json, Json], web.Response]] = {
            "_fetchbill": self._fetch_bill, "_search": self._search, "_create": self._create,
        }  # fmt: skip
        return service[path.rsplit("/", 1)[1]](dict(request.query), body)

    def _fetch_bill(self, query: Json, body: Json) -> web.Response:
        consumer = query["consumerCode"]
        if self.due.get(consumer, Decimal(0)) <= 0:
            text = (VECTORS / "no_demands.json").read_text(encoding="utf-8")
            return web.Response(status=400, text=text, content_type="application/json")
        of_his = [each for each in self.bills.values() if each["consumerCode"] == consumer]
        open_bills = [each for each in of_his if each["status"] == "ACTIVE"]
        bill = open_bills[0] if open_bills else self._new_bill(consumer, query)
        return web.Response(status=201, text=_dump({"Bill": [bill]}),
                            content_type="application/json")  # fmt: skip

    def _new_bill(self, consumer: str, query: Json) -> Json:
        number = len(self.bills) + 1
        bill: Json = dict(self._template["Bill"][0]) | {
            "id": f"bill-{number}", "billNumber": f"BILLNO-{number}", "consumerCode": consumer,
            "businessService": query["businessService"], "totalAmount": self.due[consumer],
        }  # fmt: skip
        self.bills[bill["id"]] = bill
        return bill

    def _search(self, query: Json, body: Json) -> web.Response:
        found = [
            each for each in self.payments
            if query.get("consumerCodes") in (None, each["_consumer"])
            and query.get("billIds") in (None, each["paymentDetails"][0]["billId"])
            and query.get("receiptNumbers")
            in (None, each["paymentDetails"][0]["receiptNumber"])
            and each["paymentStatus"] in query.get("status", "NEW,DEPOSITED").split(",")
        ]  # fmt: skip
        return web.Response(text=_dump({"Payments": found}), content_type="application/json")

    def _create(self, query: Json, body: Json) -> web.Response:
        asked = body["Payment"]
        part = asked["paymentDetails"][0]
        bill, paid = self.bills.get(part["billId"]), Decimal(str(asked["totalAmountPaid"]))
        if self.refuses is not None:
            return _error(400, self.refuses)
        if bill is None:
            return _error(400, "INVALID_BILL_ID")
        if any(each["paymentDetails"][0]["billId"] == bill["id"] for each in self.payments):
            return _error(400, "BILL_ALREADY_PAID")
        if paid % 1 or bill["totalAmount"] % 1 or paid < bill["totalAmount"]:
            return _error(400, "INVALID_PAYMENTDETAIL")
        number = len(self.payments) + 1
        done = part | {"receiptNumber": f"WS/2026-27/{number:06d}"}
        payment = asked | {"id": f"payment-{number}", "transactionNumber": f"PB_TXN_{number}",
                           "paymentStatus": "NEW", "paymentDetails": [done],
                           "_consumer": bill["consumerCode"]}  # fmt: skip
        self.payments.append(payment)
        bill["status"] = "PAID"
        self.due[bill["consumerCode"]] -= paid
        return web.Response(text=_dump({"Payments": [payment]}), content_type="application/json")


def _error(status: int, code: str) -> web.Response:
    lines = [{"code": code, "message": code.lower(), "description": None, "params": None}]
    return web.json_response({"ResponseInfo": None, "Errors": lines}, status=status)


def _dump(document: Json) -> str:
    return json.dumps(document, default=float)
