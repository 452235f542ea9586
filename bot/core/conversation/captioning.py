"""Text on stickers: on the newest result, on what a photo alone gives, or taken off again."""

from dataclasses import replace

from bot.core.conversation.actions import Run, Say
from bot.core.conversation.making import Step, remember, run
from bot.core.conversation.state import Shown, State
from bot.core.language.vocabulary import Vocabulary, squeeze
from storage.contract.captions import MOST, Caption, clean
from storage.contract.kinds import KINDS

EXAMPLE = '/caption "on my way"'


def said(state: State, vocabulary: Vocabulary, words: str, *, new_photo: bool = False) -> Step:
    """Answer ``/caption``: text, perhaps with where it goes, ``none``, or nothing more.

    ``new_photo``: it came with a photo, so that it is about what is made of that.
    """
    if squeeze(words) in vocabulary.nothing:
        return _taken_off(state)
    caption = _read(vocabulary, words)
    if not caption.text:
        return state, (Say("say.which_caption", {"example": EXAMPLE}),)
    if len(caption.text) > MOST:
        return state, (Say("say.caption_too_long", {"most": MOST, "there": len(caption.text)}),)
    if state.shown and not new_photo:
        return _on(state, state.shown[-1], caption)
    return run(state, tuple(replace(one, caption=caption) for one in state.preferred))


def _read(vocabulary: Vocabulary, words: str) -> Caption:
    first, _, rest = words.partition(" ")
    if rest.strip() and squeeze(first) in vocabulary.above:
        return Caption(clean(rest), above=True)
    if rest.strip() and squeeze(first) in vocabulary.below:
        return Caption(clean(rest))
    return Caption(clean(words))


def _taken_off(state: State) -> Step:
    if not state.shown or state.shown[-1].request.caption is None:
        return state, (Say("say.no_caption", {"example": EXAMPLE}),)
    return _on(state, state.shown[-1], None)


def _on(state: State, result: Shown, caption: Caption | None) -> Step:
    """Make a result once more with another caption, of the same photo or avatars."""
    request = replace(result.request, caption=caption)
    form = result.form
    if KINDS[request.kind].unaided:  # the same stranger again
        form = {"seed": result.job.int % 2**32 if result.seed is None else result.seed}
    state = remember(state, (request,))
    return state, (Run(request, result.photo, result.face, avatar=form),)
