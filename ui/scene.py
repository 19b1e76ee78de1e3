"""From the document to what is drawn: the frame, and the model of one screen. No Kivy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from firmware.contract import asked
from firmware.contract import screen as contract
from firmware.contract.facts import ShowFacts
from firmware.contract.meeting import Meeting
from firmware.contract.reading import FALLS_BACK_TO, HINDI, Language, TextSize
from firmware.contract.screen import Screen, Waiting
from firmware.contract.screen_ends import PosterOut, Reprinted
from firmware.contract.teach import HowTo, Practice
from firmware.contract.typed import FindPlace, WriteText
from ui.frame import Frame, frame
from ui.languages import after
from ui.play import Play, empty, play, practised
from ui.say import OFFERED, Say
from ui.screens.attract import model as attract
from ui.screens.basket import model as basket
from ui.screens.choice import model as choice
from ui.screens.closed import model as closed
from ui.screens.commissioning import model as commissioning
from ui.screens.confirm import model as confirm
from ui.screens.count import model as count
from ui.screens.desk import model as desk
from ui.screens.done import model as done
from ui.screens.facts import model as facts
from ui.screens.find_place import model as find_place
from ui.screens.how_to import model as how_to
from ui.screens.insert_cash import model as insert_cash
from ui.screens.number import model as number
from ui.screens.offer import model as offer
from ui.screens.pin import model as pin
from ui.screens.printing import model as printing
from ui.screens.put_finger import model as put_finger
from ui.screens.services import model as services
from ui.screens.show_bill import model as show_bill
from ui.screens.show_upi import model as show_upi
from ui.screens.swipe_card import model as swipe_card
from ui.screens.trouble import model as trouble
from ui.screens.waiting import model as waiting
from ui.screens.write_text import model as write_text

Model = (
    attract.AttractModel
    | services.ServicesModel
    | number.NumberModel
    | choice.ChoiceModel
    | write_text.WriteTextModel
    | find_place.FindPlaceModel
    | waiting.WaitingModel
    | printing.PrintingModel
    | show_bill.ShowBillModel
    | basket.BasketModel
    | insert_cash.InsertCashModel
    | show_upi.ShowUpiModel
    | swipe_card.SwipeCardModel
    | offer.OfferModel
    | confirm.ConfirmModel
    | put_finger.PutFingerModel
    | done.DoneModel
    | facts.FactsModel
    | how_to.HowToModel
    | trouble.TroubleModel
    | closed.ClosedModel
    | commissioning.CommissioningModel
    | pin.PinModel
    | desk.DeskModel
    | count.CountModel
)


@runtime_checkable
class Discreet(Protocol):
    """A screen with something on it that is nobody else's business: a name, a number, a debt."""

    @property
    def aloud_text(self) -> str: ...


@dataclass(frozen=True)
class Scene:
    """Everything that one frame shows."""

    frame: Frame
    model: Model
    language: Language
    text_size: TextSize = TextSize.NORMAL
    serial: int = 0
    leaves_in: int = 0
    play: Play | None = None  # it is practice, and stands in its frame

    @property
    def spoken_text(self) -> str:
        if self.frame.warning is not None:
            return self.frame.warning.spoken_text
        return self.model.spoken_text

    @property
    def aloud_text(self) -> str:
        """What a loudspeaker may say of it, to everybody in the room."""
        if self.frame.warning is None and isinstance(self.model, Discreet):
            return self.model.aloud_text
        return self.spoken_text


class Director:
    """Holds the words of every language that is offered, and makes scenes."""

    def __init__(
        self,
        helpline: str,
        content: Path | None = None,
        offered: tuple[Language, ...] = OFFERED,
    ) -> None:
        """`content` is the folder of the district's pictures; without one none is shown."""
        self._offered, self._content = offered, content
        known = dict.fromkeys((*offered, FALLS_BACK_TO))
        self._say = {language: Say(language, helpline, offered) for language in known}

    def scene(self, screen: Screen) -> Scene:
        """What a document looks like."""
        say = self._in(screen.language)
        return Scene(
            frame=frame(screen, say),
            model=self._model(screen, say),
            language=screen.language,
            text_size=screen.text_size,
            serial=screen.serial,
            leaves_in=screen.leaves_in or 0,
            play=empty(say) if isinstance(screen.data, Practice) else None,
        )

    def practice(self, screen: Screen) -> Scene:
        """What a document of practice looks like: in its frame, without what cannot be practised,
        and with play money for money."""
        cut = practised(screen)
        say, scene = self._in(cut.language), self.scene(cut)
        return replace(scene, model=_as_play(scene.model, cut, say), play=play(cut, say))

    def words(self, language: Language) -> Say:
        """For what stands round a scene."""
        return self._in(language)

    def one_moment(self, language: Language = HINDI) -> Scene:
        """Before the first document."""
        say = self._in(language)
        return Scene(Frame(is_bare=True), waiting.one_moment(say), language)

    def no_bus(self, language: Language = HINDI) -> Scene:
        """Nobody to listen to: the broker or core is being started again."""
        say, too = self._in(language), self._in(after(language, self._offered))
        return Scene(Frame(is_bare=True), closed.closed("closed.no_bus", say, too), language)

    def _too(self, screen: Screen) -> Say:
        """What is said in two languages at once: the next one that is offered."""
        return self._in(after(screen.language, self._offered))

    def _in(self, language: Language) -> Say:
        """A visit that was begun in a language that this kiosk offers no more goes on in Hindi."""
        return self._say.get(language, self._say[FALLS_BACK_TO])

    def _model(self, screen: Screen, say: Say) -> Model:
        match screen.data:
            case contract.Attract() as data:
                return attract.model(data, screen, say, self._content)
            case contract.Services() as data:
                return services.model(data, screen, say)
            case contract.Number() as data:
                return number.model(data, screen, say)
            case contract.Choice() as data:
                return choice.model(data, screen, say)
            case WriteText() as data:
                return write_text.model(data, screen, say)
            case FindPlace() as data:
                return find_place.model(data, screen, say)
            case contract.Waiting() as data:
                return waiting.model(data, screen, say)
            case Meeting() as data:
                return waiting.meeting(data, say)
            case contract.Printing() as data:
                return printing.model(data, screen, say)
            case contract.ShowBill() as data:
                return show_bill.model(data, screen, say)
            case contract.Basket() as data:
                return basket.model(data, screen, say)
            case contract.ShowUpi() as data:
                return show_upi.model(data, screen, say)
            case contract.SwipeCard() as data:
                return swipe_card.model(data, screen, say)
            case contract.Offer() as data:
                return offer.model(data, screen, say)
            case contract.InsertCash() as data:
                return insert_cash.model(data, screen, say)
            case asked.Confirm() as data:
                return confirm.model(data, screen, say)
            case asked.PutFinger() as data:
                return put_finger.model(data, screen, say)
            case asked.Accepted() as data:
                return done.accepted(data, screen, say)
            case contract.Done() as data:
                return done.model(data, screen, say)
            case Reprinted() as data:
                return done.reprinted(data, screen, say)
            case ShowFacts() as data:
                return facts.model(data, screen, say)
            case PosterOut() as data:
                return done.poster_out(data, screen, say)
            case HowTo() as data:
                return how_to.model(data, screen, say)
            case Practice():
                return waiting.model(Waiting("waiting.practice"), screen, say)
            case contract.Trouble() as data:
                return trouble.model(data, screen, say)
            case contract.Closed() as data:
                return closed.model(data, screen, say, self._too(screen))
            case contract.Commissioning() as data:
                return commissioning.model(data, say, self._too(screen))
            case contract.Pin() as data:
                return pin.model(data, screen, say)
            case contract.Desk() as data:
                return desk.model(data, screen, say)
            case contract.Count() as data:
                return count.model(data, screen, say)


def _as_play(model: Model, screen: Screen, say: Say) -> Model:
    match model, screen.data:
        case insert_cash.InsertCashModel(), contract.InsertCash() as data:
            return insert_cash.as_play(model, data, say)
        case done.DoneModel(), contract.Done() | Reprinted() | asked.Accepted():
            return done.as_play(model, say)
        case _:
            return model
