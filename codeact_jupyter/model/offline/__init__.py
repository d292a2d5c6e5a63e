"""The built-in model: no key, no network.  Begin with `replying.reply`, then `analyst`."""
