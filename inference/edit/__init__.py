"""Another look on the person's own photo: hair, beard, glasses, hat."""
