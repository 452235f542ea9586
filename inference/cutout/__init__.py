"""The person as a die-cut sticker."""
