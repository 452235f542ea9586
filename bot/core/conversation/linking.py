"""Linking a person's accounts: one says a code, the other is given it.

What is typed decides which of three actions is asked for; ``bot.core.linking`` does it.
"""

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Say
from bot.core.conversation.making import Step
from bot.core.conversation.state import State
from bot.core.language.meanings import BareCommand, Command, CommandWithWords, Meaning
from storage.contract import links

EXAMPLE = "K7QF-2M9X"


def said(state: State, meaning: Meaning, *, private: bool) -> Step | None:
    """Answer what was typed if it is about linking, else None.

    private: whether nobody else sees the answer; codes are told and taken only there.
    """
    match meaning:
        case BareCommand(Command.LINK) | CommandWithWords(Command.LINK) if not private:
            return state, (Say("say.link_in_private"),)
        case BareCommand(Command.LINK):
            return state, (do.TellLinkCode(),)
        case CommandWithWords(Command.LINK, typed):
            code = "".join(letter for letter in typed if letter.isalnum())
            if len(code) != links.LENGTH:  # a slip, not a guess: it counts as no try
                values = {"length": links.LENGTH, "example": f"/{Command.LINK} {EXAMPLE}"}
                return state, (Say("say.link_malformed", values),)
            return state, (do.Link(code.upper()),)
        case BareCommand(Command.UNLINK):
            return state, (do.Unlink(),)
    return None
