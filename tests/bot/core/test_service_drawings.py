"""Drawings as files, through the whole service."""

from bot.core.language.texts import load
from storage.contract.drawings import with_drawing
from storage.contract.jobs import Done
from tests.bot.at_work import App, png

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 5120 5120"></svg>'


async def test_a_drawing_comes_as_a_file(app: App) -> None:
    """Pressed below a drawing, the button sends its SVG by the result's name."""
    app.pipeline.script = lambda _job: Done(with_drawing(png(), SVG))
    await app.photo("/cartoon anime hair blue")
    await app.all_done()
    await app.press(app.press_value("SVG"))
    (message,) = [one for one in app.chat.shown() if one.document is not None]
    assert message.document == SVG.encode()
    assert message.name == "cartoon-anime-hair-blue"
    assert message.sticker is None


async def test_a_drawing_that_is_gone_is_told_of(app: App) -> None:
    """One made before pictures carried drawings has none."""
    app.pipeline.script = lambda _job: Done(png())
    await app.photo("/cartoon ink")
    await app.all_done()
    value = app.press_value("SVG")
    await app.press(value)
    assert app.chat.calls[-1] == "send " + load().get("en", "say.result_gone")
