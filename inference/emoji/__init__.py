"""An avatar composed of the best-matching parts."""
