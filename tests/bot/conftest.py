"""What tests of chats share."""

from tests.bot.at_work import app, seconds_between_looks, settings  # noqa: F401
from tests.bot.groups_on_discord import server  # noqa: F401
from tests.bot.groups_on_telegram import together  # noqa: F401
from tests.bot.on_telegram import api, running  # noqa: F401
from tests.bot.on_the_web import chat, listener, page  # noqa: F401
from tests.bot.packs_on_telegram import there  # noqa: F401
