"""The Discord front end: ``DiscordChat`` over discord.py."""

from bot.frontends.discord.chat import DiscordChat

__all__ = ["DiscordChat"]
