"""A group's pack in the conversation: what is typed and pressed about it, and what it waits for."""

from dataclasses import replace
from uuid import UUID

from bot.core.conversation import group_view
from bot.core.conversation.actions import Say
from bot.core.conversation.events import ChoiceMade, CommandGiven, Event, Origin
from bot.core.conversation.group_actions import OF_ADMINS, InGroup, Verb
from bot.core.conversation.lineup import clean
from bot.core.conversation.making import Step
from bot.core.conversation.pack_edits import Asked
from bot.core.conversation.state import State
from bot.core.language.meanings import Command, CommandWithWords, Meaning
from bot.core.language.vocabulary import Vocabulary, squeeze
from storage.contract.packs import LONGEST_TITLE

_WORDS = {"group": Verb.BEGIN, "join": Verb.BEGIN, "leave": Verb.LEAVE}
"""What may stand behind ``/pack``; joining is done by the button below the words alone."""


def said(state: State, vocabulary: Vocabulary, meaning: Meaning, origin: Origin) -> Step | None:
    """Answer ``/pack group``, ``/pack join`` and ``/pack leave``; None for all else.

    On a page a room's code may follow, or ``new``.
    """
    if not isinstance(meaning, CommandWithWords) or meaning.command is not Command.PACK:
        return None
    first, _, rest = meaning.words.strip().partition(" ")
    verb = _WORDS.get(vocabulary.packing.get(squeeze(first), ""))
    if verb is None:
        return None
    code = rest.strip()
    if verb is Verb.BEGIN and vocabulary.packing.get(squeeze(code)) == "new":
        verb, code = Verb.NEW_ROOM, ""
    return state, (InGroup(verb, origin, words=code),)


def press(state: State, rest: str, event: ChoiceMade) -> Step:
    """Do what a button says: ``verb`` or ``verb:pack``."""
    word, _, number = rest.partition(":")
    try:
        verb = Verb(word)
        pack = UUID(number) if number else None
    except ValueError:
        return state, (Say("say.choice_gone"),)
    if verb is Verb.TITLE or (pack is None and verb not in (Verb.BEGIN, Verb.NEW_ROOM)):
        return state, (Say("say.choice_gone"),)
    return state, (InGroup(verb, event.origin, pack, message=event.message),)


def asked_title(state: State, pack: UUID) -> State:
    """Remember that the next line is a title for a group's pack."""
    return replace(state, editing=state.editing.opened(pack).asking(Asked.GROUP_TITLE))


def titled(state: State, event: CommandGiven) -> Step:
    """Take a line as the title that was asked for."""
    pack, title = state.editing.pack, clean(event.text, LONGEST_TITLE)
    if pack is None or not title:
        return state, (Say("pack.which_title"),)
    state = replace(state, editing=state.editing.without(pack))
    return state, (InGroup(Verb.TITLE, event.origin, pack, title),)


def for_admins(event: Event) -> bool:
    """Tell whether it matters for an event if the person is an admin of the group."""
    if not isinstance(event, ChoiceMade) or event.origin.group is None:
        return False
    verb, _, rest = event.value.partition(":")
    return verb == "group" and rest.partition(":")[0] in OF_ADMINS


def hello(state: State) -> Step:
    """Greet a group."""
    return state, (group_view.hello(),)
