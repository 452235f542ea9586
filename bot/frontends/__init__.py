"""One module per platform; none imports another."""
