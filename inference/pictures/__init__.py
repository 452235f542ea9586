"""Pictures in and out: decoding, mattes, die-cut stickers, SVG, sheets, films."""
