"""Another expression on the same photo."""
