"""Faces as one latent: a linear model, a generator that makes it sharp, and axes to move along."""
