"""A Discord that is simulated: the library's own machinery, no network."""

import io

import discord
import pytest
import simcord
from PIL import Image

from bot.core.chat import Chat
from bot.core.conversation.events import Button, Event, Message
from bot.core.language.texts import load
from bot.frontends.discord import DiscordChat
from tests.bot.recording import RecordingListener

AGAIN = ((Button("Again", "again:1"), Button("Stronger", "more:1")),)


def png(side: int = 512, colour: str = "orange") -> bytes:
    """Draw a picture with a clear ground."""
    stream = io.BytesIO()
    image = Image.new("RGBA", (side, side))
    image.paste(colour, (20, 20, side - 20, side - 20))
    image.save(stream, "PNG")
    return stream.getvalue()


PHOTO = ("selfie.png", png())


class World:
    """The front end in a simulated Discord with one server, one channel and two members."""

    def __init__(self, chat: DiscordChat, listener: RecordingListener, env: simcord.Env) -> None:
        self.chat, self.listener, self.env = chat, listener, env
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("selfies")
        self.ada = self.guild.add_member(env.create_user("ada"))
        self.bo = self.guild.add_member(env.create_user("bo"))
        self.place = str(self.channel.id)

    async def send_privately(
        self, user: simcord.UserHandle, words: str, *files: tuple[str, bytes]
    ) -> None:
        """Let somebody write to the bot, with attachments."""
        stored = self.env.backend.store_attachments(user.dm_channel.id, files)
        await user.send_dm(words, attachments=stored)

    def answer_with(self, message: Message) -> None:
        """Answer every event with the same message."""

        async def reply(event: Event, chat: Chat) -> None:
            await chat.send(event.origin.chat, message)  # type: ignore[union-attr]

        self.listener.reply = reply


@pytest.fixture
def discord_chat() -> DiscordChat:
    """The front end, not yet connected."""
    return DiscordChat("token", load())


@pytest.fixture
def simcord_bot(discord_chat: DiscordChat) -> discord.Client:
    """What the simulation connects: the front end's own client."""
    return discord_chat.client


@pytest.fixture
def world(discord_chat: DiscordChat, simcord_env: simcord.Env) -> World:
    """A Discord of its own for each test."""
    listener = RecordingListener()
    discord_chat.listen(listener)
    return World(discord_chat, listener, simcord_env)
