"""How pieces are cut and drawn."""
