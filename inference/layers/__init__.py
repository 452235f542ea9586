"""Hair, beards, glasses, hats, mouths: pieces laid over a person's own photo."""
