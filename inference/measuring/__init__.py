"""How fast and how good: statistics, judges, sample photos, benchmarks."""
