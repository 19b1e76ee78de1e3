"""A picture of the finger, three steps, and what came of the last one."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.parts import View
from ui.screens.put_finger.model import PutFingerModel


class PutFingerView(View):
    model = ObjectProperty(PutFingerModel(), rebind=True)
