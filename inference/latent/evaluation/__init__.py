"""How good the generator and its sliders are."""
