"""The conversation, pure: what it remembers, what happens, what it decides."""
