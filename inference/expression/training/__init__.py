"""The expression family's tables, from the ICT head and the training faces."""
