"""A run at a terminal: what it does is told there, and what has to be asked is asked there.  Begin with `progress`."""
