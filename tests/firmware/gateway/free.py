"""What a kiosk asks without money: each of the four, once."""

from __future__ import annotations

from firmware.contract.facts import FetchFacts
from firmware.contract.gateway import Acceptance, Question
from firmware.contract.options import FetchOptions
from firmware.contract.request import PostRequest, PostVerification

PLANS = FetchOptions("prepaid", "plan", ["maru", "9000000417"])
CASE = FetchFacts("court_case", "RJTK01-0004172026")
TEXTS = {"text": "चार दिन से पानी नहीं आया।", "name": "कमला देवी"}
GRIEVANCE = PostRequest("5f0c9e", "grievance", "water-085417-9000000417", "TDR 0417 0001", TEXTS)
PPO, REFERENCE = "262600000417", "ab" * 16
LIFE = PostVerification("7a11ce", "life_certificate", PPO, "TDR 0417 0002", REFERENCE)
QUESTIONS: list[Question] = [PLANS, CASE]
ACCEPTANCES: list[Acceptance] = [GRIEVANCE, LIFE]
WITHOUT_MONEY = [*QUESTIONS, *ACCEPTANCES]
