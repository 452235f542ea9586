"""How well faces are found, held against photos whose truth is known."""
