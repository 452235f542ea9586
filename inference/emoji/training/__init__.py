"""How the emoji family's networks and classifiers are learned."""
