"""Drawn portraits: the person as an illustrator would draw them, in a few clean shapes."""
