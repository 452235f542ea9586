"""How well expressions do what was asked."""
