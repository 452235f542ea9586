"""Training of the network that draws: pairs of photos and drawings, and the loop."""
