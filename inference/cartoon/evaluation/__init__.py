"""How good drawn portraits are."""
