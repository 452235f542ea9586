"""How well avatars show people."""
