"""A picture of the finger, three steps, and what came of the last one."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from ui.screens.put_finger.model import PutFingerModel
from ui.view import View


class PutFingerView(View):
    model = ObjectProperty(PutFingerModel(), rebind=True)
