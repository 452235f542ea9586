"""Training of what judges layers (torch)."""
