"""Where in a line a command stands, and whether a line is no more than a courtesy."""

import re

from bot.core.language.tokens import LETTERS
from bot.core.language.vocabulary import Vocabulary, squeeze

_SLASH = re.compile(r"(?<![a-z0-9_/:.])/(?=[^\W\d_])")


def command_at(vocabulary: Vocabulary, line: str) -> int | None:
    """Return where a normalised line's command begins, with its slash; None where there is none.

    What opens a line is one, known or not; within a line only known ones are: "and/or" is none.
    """
    if line.startswith("/"):
        return 0
    for slash in _SLASH.finditer(line):
        found = vocabulary.command_pattern.match(line, slash.end())
        if found is not None and not line[found.end() : found.end() + 1].isalnum():
            return slash.start()
    return None


def courtesy(vocabulary: Vocabulary, line: str) -> str | None:
    """Return which courtesy a normalised line is, if it says nothing else."""
    name: str | None = None
    at = 0
    while at < len(line):
        polite = vocabulary.courtesy_pattern.match(line, at)
        filler = vocabulary.filler_pattern.match(line, at)
        if polite is not None and (filler is None or polite.end() >= filler.end()):
            name = name or vocabulary.talk.courtesies[squeeze(polite.group())]
            at = polite.end()
        elif filler is not None:
            at = filler.end()
        elif LETTERS.match(line, at) is not None or line[at].isdigit():
            return None
        else:
            at += 1
    return name
