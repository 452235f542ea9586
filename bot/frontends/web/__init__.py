"""The web chat: one page, served with its event stream from this process."""
