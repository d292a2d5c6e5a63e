"""What runs in the user's own process: `%codeact` and `%%codeact`.  Begin with `magic`."""
