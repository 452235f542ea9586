"""A film of how an avatar comes about."""
