"""The conversation, free of any platform."""
