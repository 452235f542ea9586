"""Carries out what linking asks for, and words how it ended."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation import actions as do
from bot.core.conversation.actions import PlatformName, Say
from bot.core.language.meanings import Command, Note
from storage import links
from storage.contract.links import Refusal
from storage.vault import Vault

_MINUTES = round(links.LIFETIME.total_seconds() / 60)
_REFUSED = {
    Refusal.UNKNOWN: "say.link_unknown",
    Refusal.EXPIRED: "say.link_expired",
    Refusal.OWN: "say.link_own",
    Refusal.LINKED: "say.link_already",
    Refusal.TOO_MANY_TRIES: "say.link_tries",
    Refusal.TOO_MANY_ACCOUNTS: "say.link_many",
}

Linking = do.TellLinkCode | do.Link | do.Unlink


async def perform(session: AsyncSession, vault: Vault, person_id: UUID, action: Linking) -> Say:
    """Do it, and return the sentence that says how it ended."""
    match action:
        case do.TellLinkCode():
            code = await links.new_code(session, vault, person_id)
            return _code_message(_spelt(code), await _others(session, person_id))
        case do.Link(code):
            refusal = await links.redeem(session, vault, person_id, code)
            if refusal is None:
                return Say("say.linked", {"platforms": await _others(session, person_id)})
            values = {"code": _spelt(code), "minutes": _MINUTES, "count": links.MOST_ACCOUNTS}
            return Say(_REFUSED[refusal], values)
        case do.Unlink():
            parted = await links.leave(session, person_id)
            return Say("say.unlinked" if parted else "say.not_linked")


def _code_message(code: str, others: tuple[PlatformName, ...]) -> Say:
    values = {"code": code, "line": f"/{Command.LINK} {code}", "minutes": _MINUTES}
    notes = (Note("note.linked_with", {"platforms": others}),) if others else ()
    return Say("say.link_code", values, notes=notes)


async def _others(session: AsyncSession, person_id: UUID) -> tuple[PlatformName, ...]:
    """Return where the person is found besides, each platform once."""
    platforms = await links.platforms(session, person_id)
    return tuple(PlatformName(name) for name in dict.fromkeys(platforms))


def _spelt(code: str) -> str:
    """Write a code as people read it out: in two halves."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"
