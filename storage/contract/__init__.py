"""What bot and worker agree on: plain frozen types, free of SQL and of every SDK."""
