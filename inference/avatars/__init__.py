"""Drawing an avatar: its spec, its styles, its parts, its moods."""
