"""Training of the generator and of its axes."""
