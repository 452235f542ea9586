"""Speed and memory, stage by stage and of the whole."""
