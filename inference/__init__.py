"""The worker and its families of models."""
