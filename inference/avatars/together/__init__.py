"""Several avatars on one picture: portraits of a whole family, pairs, and somebody's birthday."""
