"""Lists and facts over HTTP+JSON: questions that change nothing.

    GET /services/{service}/options/{ask}?given=...&given=...
        {"as_of", "options": [{"id", "words": {"hi", "en"}, "by": {"hi", "en"}, "amount"}]}
    GET /services/{service}/facts/{account}
        {"as_of", "lines": [{"id", "text": {"hi", "en"}}]}

404 is the office's own no: it knows no such answers, or no such account.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

import aiohttp
import msgspec

from firmware.contract.facts import MOST_FACTS, FactLine, Facts, FetchFacts
from firmware.contract.gateway import Failed
from firmware.contract.money import Money
from firmware.contract.options import MOST_OPTIONS, FetchOptions, Option, Options
from firmware.gateway.link import body_of
from firmware.gateway.refusal import Paise, failure_of

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class InBoth(msgspec.Struct, frozen=True):
    """One text in the languages that every kiosk has."""

    hi: Text
    en: Text

    @property
    def words(self) -> dict[str, str]:
        return {"hi": self.hi, "en": self.en}


class OptionDocument(msgspec.Struct, frozen=True):
    """`id` becomes a part of an account, where `-` divides the answers; `amount` in paise."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z_]{1,32}$")]
    words: InBoth
    by: InBoth | None = None
    amount: Paise | None = None


class OptionsDocument(msgspec.Struct, frozen=True):
    as_of: Moment
    options: Annotated[list[OptionDocument], msgspec.Meta(max_length=MOST_OPTIONS)]


class LineDocument(msgspec.Struct, frozen=True):
    id: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
    text: InBoth


class FactsDocument(msgspec.Struct, frozen=True):
    as_of: Moment
    lines: Annotated[list[LineDocument], msgspec.Meta(max_length=MOST_FACTS)]


class QuestionLine:
    """Raises what aiohttp and msgspec raise: backend.py answers it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def ask(self, request: FetchOptions | FetchFacts) -> Options | Facts | Failed:
        if isinstance(request, FetchFacts):
            path, given = f"facts/{quote(request.account, safe='')}", []
        else:
            path = f"options/{quote(request.ask, safe='')}"
            given = [("given", each) for each in request.given]
        url = f"{self._url}/services/{request.service}/{path}"
        async with self._session.get(url, params=given) as response:
            body = await body_of(response)
            if response.status != 200:
                return failure_of(response.status, body)
        return _facts(body) if isinstance(request, FetchFacts) else _options(body)


def _options(body: bytes) -> Options:
    document = msgspec.json.decode(body, type=OptionsDocument)
    return Options([_option(each) for each in document.options], document.as_of.isoformat())


def _option(document: OptionDocument) -> Option:
    by = {} if document.by is None else document.by.words
    amount = None if document.amount is None else Money(document.amount)
    return Option(document.id, document.words.words, by, amount)


def _facts(body: bytes) -> Facts:
    document = msgspec.json.decode(body, type=FactsDocument)
    lines = [FactLine(each.id, each.text.words) for each in document.lines]
    return Facts(lines, document.as_of.isoformat())
