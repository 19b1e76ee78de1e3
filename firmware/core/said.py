"""What a citizen said, question by question, for the screen that asks whether it is right, and for
the paper that proves that he said it."""

from __future__ import annotations

from firmware.contract.accounts import answers_of
from firmware.contract.asked import Said
from firmware.services.catalogue import Service


def said(service: Service, account: str) -> list[Said]:
    """Each answer under the name of its question; an account that another release asked for in
    another way stands under one name."""
    answers = answers_of(account)
    if len(answers) != len(service.asks):
        return [Said(f"account.{service.id}", {"hi": account, "en": account})]
    return [
        Said(service.label(ask), {"hi": answer, "en": answer})
        for ask, answer in zip(service.asks, answers, strict=True)
    ]
