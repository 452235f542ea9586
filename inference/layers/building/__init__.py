"""How the pieces of the library are cut and drawn."""
