"""A conversation that tests hold: what is said to it and what it does."""

import json
from dataclasses import replace
from uuid import UUID, uuid4

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Action, Run, Say, ShowResult
from bot.core.conversation.events import ChoiceMade, CommandGiven, JobEnded, Origin, Who
from bot.core.conversation.state import State, from_json, to_json
from bot.core.conversation.step import PhotoKept, StepEvent, started, step
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import Request
from bot.core.language.texts import load
from bot.core.language.wording import Wording
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import Setting

GRAMMAR = Grammar(load().vocabulary())
WORDING = Wording(load(), 24.0)
ORIGIN = Origin("test:1", Who("fake", "7"), "chat")
SMILE = Request("expression", (Setting("smile", 0.8),))
HOKUSAI = Request("cartoon", (Setting("hokusai", 0.6),))
VISIBLE = (
    Say, ShowResult, Run, do.DropPlaceholder, do.ShowFavourites, do.TellLinkCode, do.Link,
    do.Unlink, do.TellPrivacy, do.Export,
)  # fmt: skip


class Talk:
    """A conversation that is talked through; jobs get ids as the service gives them."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self.jobs: list[UUID] = []

    def tell(self, event: StepEvent) -> tuple[Action, ...]:
        self.state, actions = step(self.state, event, GRAMMAR)
        self.state = from_json(json.loads(json.dumps(to_json(self.state))))
        self.jobs = []
        for action in actions:
            if isinstance(action, Run):
                self.jobs.append(uuid4())
                self.state = started(self.state, action, self.jobs[-1])
        return actions

    def photo(self, caption: str = "", *, private: bool = True) -> tuple[Action, ...]:
        origin = replace(ORIGIN, private=private)
        return self.tell(PhotoKept(origin, uuid4(), GRAMMAR.caption(caption)))

    def say(self, text: str, replaces: str | None = None) -> tuple[Action, ...]:
        return self.tell(CommandGiven(ORIGIN, text, replaces))

    def press(self, value: str, message: str | None = None) -> tuple[Action, ...]:
        return self.tell(ChoiceMade(ORIGIN, value, message))

    def end(self, job: UUID, outcome: Done | Failed | None = None) -> tuple[Action, ...]:
        one = next(one for one in self.state.unfinished if one.job == job)
        request = one.request
        outcome = outcome or Done(b"png")
        return self.tell(
            JobEnded(
                job,
                request.kind,
                request.settings,
                one.face,
                outcome,
                one.photo,
                request.second_photo,
            )
        )

    def result(self, line: str) -> UUID:
        """Have something made of a photo and shown; return its job."""
        self.photo(line) if self.state.photo is None else self.say(line)
        job = self.jobs[0]
        self.end(job)
        return job


def runs(actions: tuple[Action, ...]) -> list[Request]:
    return [action.request for action in actions if isinstance(action, Run)]


def faces_of(actions: tuple[Action, ...]) -> list[int | None]:
    return [action.face for action in actions if isinstance(action, Run)]


def said(actions: tuple[Action, ...]) -> list[str]:
    return [action.key for action in actions if isinstance(action, Say)]


def buttons(actions: tuple[Action, ...]) -> dict[str, str]:
    return {
        choice.key: choice.value
        for action in actions
        if isinstance(action, Say | ShowResult)
        for row in action.choices
        for choice in row
    }
