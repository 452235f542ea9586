"""Messages as the page receives them."""

from bot.core.conversation.events import Message
from bot.core.conversation.varying import DRAWING
from bot.frontends.web.sessions import Session, Shown


def update(
    session: Session, epoch: str, version: int, *, warm: bool, live: bool
) -> dict[str, object]:
    """Return what a tab lacks that knows ``epoch`` up to ``version``, JSON-able.

    ``warm``: whether anything was made since the start. ``live``: whether photos can be driven.

    ``fresh``: the tab has to start from nothing, because what it knows is another epoch.
    """
    fresh = epoch != session.epoch
    return {
        "epoch": session.epoch,
        "version": session.version,
        "fresh": fresh,
        "warm": warm,
        "live": live,
        "messages": [_shown(shown) for shown in session.since(0 if fresh else version)],
    }


def _shown(shown: Shown) -> dict[str, object]:
    message = shown.message
    if message is None:
        return {"id": shown.reference, "gone": True}
    return {
        "id": shown.reference,
        "author": shown.author,
        "key": shown.key,
        "sticker": f"/pictures/{shown.sticker}" if shown.sticker else None,
        "moving": shown.moving,
        "picture": f"/pictures/{shown.picture}" if shown.picture else None,
        "document": f"/pictures/{shown.document}" if shown.document else None,
        "form": shown.form,
        "drawn": shown.drawn,
        **_words(message),
        "buttons": _buttons(message, drawn=shown.drawn),
    }


def _buttons(message: Message, *, drawn: bool) -> list[list[dict[str, str]]]:
    """Rows of buttons; the file of a drawing is among a sticker's downloads already."""
    return [
        [
            {"label": button.label, "value": button.value}
            for button in row
            if not (drawn and button.value.startswith(DRAWING))
        ]
        for row in message.buttons
    ]


def _words(message: Message) -> dict[str, object]:
    return {
        "text": message.text,
        "name": message.name,
        "about": message.about,
        "drives": message.drives,
        "busy": message.busy,
        "sheet": message.sheet,
        "offers": [
            {
                "label": offer.label,
                "command": offer.command,
                "worn": offer.worn,
                "picture": f"/parts/{'/'.join(offer.part)}.png" if offer.part else None,
                "colour": offer.colour or None,
            }
            for offer in message.offers
        ],
        "sliders": [
            {
                "label": slider.label,
                "command": slider.command,
                "low": slider.low,
                "high": slider.high,
                "value": slider.value,
                "group": slider.group,
                "opposite": slider.opposite,
                "lock": slider.lock,
                "locked": slider.locked,
            }
            for slider in message.sliders
        ],
    }
