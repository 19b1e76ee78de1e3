"""One user's session with DIGIT: log-in, RequestInfo, and what an HTTP answer means.

Every request is a POST whose body begins with RequestInfo; criteria are in the query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import msgspec

from firmware.gateway.digit_documents import ENCODER, Errors, Token
from firmware.gateway.link import body_of, open_session, secret
from firmware.runtime.gateway_section import DigitSection

LOG_IN = "/user/oauth/token"
# The same at every installation, with an empty password: no secret.
CLIENT = {"Authorization": aiohttp.encode_basic_auth("egov-user-client", "")}
# Seconds. DIGIT locks a user after some refused log-ins within half an hour.
LOG_IN_AGAIN_AFTER = 900.0
EXPIRED = "InvalidAccessTokenException"
JSON = {"Content-Type": "application/json"}


class Undecided(Exception):
    """Nobody can say from this answer what DIGIT has done."""


class DigitRefusal(Exception):
    """DIGIT's own no, with its codes. Raised for nothing but 400 in DIGIT's own form."""

    def __init__(self, codes: frozenset[str], why: str) -> None:
        super().__init__(why)
        self.codes = codes


class LoggedOut(Undecided):
    """401, before anything was done: the token has expired."""


class DigitSession:
    """Raises what aiohttp and msgspec raise, Undecided and DigitRefusal: digit.py answers it."""

    def __init__(
        self, section: DigitSection, timeout: float, ca: str, clock: Callable[[], float]
    ) -> None:
        """Raises ConfigError. `clock` is monotonic, in seconds."""
        self._password = secret(section.password_file, "DIGIT password_file").decode().strip()
        self._section, self._timeout = section, timeout
        self._url = section.url.rstrip("/")
        self._http = open_session(section.url, timeout, ca)
        self._clock = clock
        self._token: Token | None = None
        self._log_in_at = 0.0  # not before

    async def close(self) -> None:
        await self._http.close()

    async def question(self, path: str, query: Mapping[str, str], patience: float) -> bytes:
        """What changes nothing: asked again with a new token. `patience` in seconds."""
        try:
            return await self.post(path, query, {}, patience)
        except LoggedOut:
            return await self.post(path, query, {}, patience)

    async def post(
        self, path: str, query: Mapping[str, str], body: Mapping[str, Any], patience: float
    ) -> bytes:
        """Sent once. The body of a 200 or 201."""
        token = self._token or await self._log_in()
        info = {"apiId": "Rainmaker", "ver": ".01", "action": "", "did": "1", "key": "",
                "msgId": "kiosk|en_IN", "authToken": token.access_token,
                "userInfo": token.user}  # fmt: skip
        data = ENCODER.encode({"RequestInfo": info, **body})
        timeout = aiohttp.ClientTimeout(total=patience)
        async with self._http.post(
            self._url + path, params=query, data=data, headers=JSON, timeout=timeout
        ) as response:
            answer = await body_of(response)
        return self._sift(response.status, answer)

    def _sift(self, status: int, answer: bytes) -> bytes:
        if status in (200, 201):
            return answer
        errors = _errors(answer) if status in (400, 401) else None
        if status == 401 or (errors is not None and EXPIRED in errors.codes):
            self._token = None
            raise LoggedOut("HTTP 401: logged out")
        if status == 400 and errors is not None:
            raise errors
        raise Undecided(f"HTTP {status}")

    async def _log_in(self) -> Token:
        if (wait := self._log_in_at - self._clock()) > 0:
            raise Undecided(f"log-in refused: tried again in {wait:.0f} s")
        form = {"grant_type": "password", "scope": "read", "userType": "EMPLOYEE",
                "tenantId": self._section.tenant, "username": self._section.user,
                "password": self._password}  # fmt: skip
        timeout = aiohttp.ClientTimeout(total=self._timeout)
        async with self._http.post(
            self._url + LOG_IN, data=form, headers=CLIENT, timeout=timeout
        ) as response:
            answer = await body_of(response)
        if response.status in (400, 401, 403):
            self._log_in_at = self._clock() + LOG_IN_AGAIN_AFTER
        if response.status != 200:
            raise Undecided(f"log-in: HTTP {response.status}")
        self._token = msgspec.json.decode(answer, type=Token)
        return self._token


def _errors(answer: bytes) -> DigitRefusal | None:
    """None for the page of somebody else."""
    try:
        lines = msgspec.json.decode(answer, type=Errors).lines
    except msgspec.DecodeError:
        return None
    why = "; ".join(f"{each.code}: {(each.message or '')[:120]}" for each in lines)
    return DigitRefusal(frozenset(each.code for each in lines), f"HTTP 400: {why[:300]}")
