"""DIGIT's documents, as far as a kiosk reads and writes them, and rupees as DIGIT counts them.

Amounts are JSON numbers of rupees, with or without decimals; they are read as they are written,
digit by digit, and never pass through a float (M1). Sources: docs/protocols/digit.md.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import msgspec

from firmware.contract.money import PAISE_IN_A_RUPEE, Money
from firmware.runtime.clock import INDIA

MOST_RUPEES = Decimal(10**7)  # a crore: above is a broken number
# Bean validation of Payment.payerName and .mobileNumber: what does not fit refuses the payment.
NAME = re.compile(r"[a-zA-Z]+(?: [a-zA-Z]+)*")
MOBILE = re.compile(r"[6-9][0-9]{9}")
MOST_NAME = 128  # letters

Text = Annotated[str, msgspec.Meta(max_length=256)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=4 * 10**12)]  # since 1970; to the year 2096


class Token(msgspec.Struct, frozen=True):
    """What a log-in gives. `UserRequest` goes back with each request, as it came."""

    access_token: str
    user: msgspec.Raw = msgspec.field(name="UserRequest")

    def __repr__(self) -> str:
        return "Token(***)"


class ErrorLine(msgspec.Struct, frozen=True):
    code: Text
    message: str | None = None


class Errors(msgspec.Struct, frozen=True):
    """DIGIT's own no."""

    lines: Annotated[list[ErrorLine], msgspec.Meta(min_length=1)] = msgspec.field(name="Errors")


class BillPart(msgspec.Struct, frozen=True, rename="camel"):
    """Of one period."""

    to_period: Millis | None = None


class BillDocument(msgspec.Struct, frozen=True, rename="camel"):
    id: Text
    consumer_code: Text
    business_service: Text
    total_amount: Decimal
    bill_number: Text | None = None
    payer_name: Text | None = None
    mobile_number: Text | None = None
    bill_details: list[BillPart] | None = None


class Bills(msgspec.Struct, frozen=True):
    bills: list[BillDocument] = msgspec.field(name="Bill")


class PaymentPart(msgspec.Struct, frozen=True, rename="camel"):
    """Of one bill."""

    receipt_number: Text | None = None
    bill_id: Text | None = None


class PaymentDocument(msgspec.Struct, frozen=True, rename="camel"):
    total_amount_paid: Decimal
    transaction_number: Text | None = None
    instrument_number: Text | None = None
    payment_status: Text | None = None
    payment_details: list[PaymentPart] = []

    def is_of(self, key: str) -> bool:
        """Cash loses the transaction number that we gave; the instrument number stays."""
        return key in (self.instrument_number, self.transaction_number)


class Payments(msgspec.Struct, frozen=True):
    payments: list[PaymentDocument] = msgspec.field(name="Payments")


class NewPart(msgspec.Struct, frozen=True, rename="camel"):
    tenant_id: str
    bill_id: str
    business_service: str
    total_due: Decimal
    total_amount_paid: Decimal
    manual_receipt_number: str  # what the citizen's paper says


class NewPayment(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    tenant_id: str
    total_due: Decimal
    total_amount_paid: Decimal
    transaction_number: str
    instrument_number: str
    payment_mode: str
    paid_by: str
    payment_details: list[NewPart]
    payer_name: str | None = None
    mobile_number: str | None = None


ENCODER = msgspec.json.Encoder(decimal_format="number")


def money_of(rupees: Decimal) -> Money:
    """Raises ValidationError for what is no amount of paise."""
    try:
        is_amount = rupees.is_finite() and abs(rupees) <= MOST_RUPEES
        paise = rupees * PAISE_IN_A_RUPEE if is_amount else None
    except InvalidOperation:
        paise = None
    if paise is None or paise != int(paise):
        raise msgspec.ValidationError(f"expected rupees with at most two decimals, got {rupees}")
    return Money(int(paise))


def rupees_of(amount: Money) -> Decimal:
    """Exact, with two decimals: 470.00."""
    return Decimal(amount.paise).scaleb(-2)


def period_of(bill: BillDocument) -> str:
    """YYYY-MM of the last period in India; empty where none is said."""
    ends = [part.to_period for part in bill.bill_details or [] if part.to_period]
    return datetime.fromtimestamp(max(ends) // 1000, INDIA).strftime("%Y-%m") if ends else ""


def fitting_name(name: str | None) -> str | None:
    """None where DIGIT's own check would refuse the name, as it does every name in Hindi."""
    return name if name and len(name) <= MOST_NAME and NAME.fullmatch(name) else None


def fitting_mobile(number: str | None) -> str | None:
    return number if number and MOBILE.fullmatch(number) else None
