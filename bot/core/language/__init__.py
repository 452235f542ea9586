"""One grammar for every platform, and words in two languages."""
