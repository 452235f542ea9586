"""Another expression on the same photo."""

from storage.contract.kinds import ENGINES as OFFERED

COMPARED = (*OFFERED, "ganimation-original")
"""Engines by name: those that chats offer, and the inventors' own, for measuring and looking."""
