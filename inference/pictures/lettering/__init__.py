"""Text on pictures in any script: fonts for it, its order and shapes, its lines, its place."""
