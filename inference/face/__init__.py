"""From a photo to a studied face."""
