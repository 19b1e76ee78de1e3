"""The text of a UPI QR: NPCI's linking specification 1.6, 'upi://pay'."""

from __future__ import annotations

from urllib.parse import quote

from firmware.contract.money import PAISE_IN_A_RUPEE, Money


def pay_link(payee: str, name: str, amount: Money, reference: str, note: str) -> str:
    """`upi://pay?pa=...`: the amount is fixed, for `am` is there and `mam` is not.

    `am` is rupees with two decimals. Values are percent-encoded, but the `@` of an address is left
    as the specification's own example has it.
    """
    rupees, paise = divmod(amount.paise, PAISE_IN_A_RUPEE)
    fields = {
        "pa": quote(payee, safe="@"),
        "pn": quote(name, safe=""),
        "am": f"{rupees}.{paise:02d}",
        "tr": quote(reference, safe=""),
        "cu": "INR",
        "tn": quote(note, safe=""),
    }
    return "upi://pay?" + "&".join(f"{key}={value}" for key, value in fields.items())
