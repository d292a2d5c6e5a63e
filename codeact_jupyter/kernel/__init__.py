"""The notebook's kernel, with a client of our own.  Begin at `client.KernelClient`; `host` says who owns the process."""
