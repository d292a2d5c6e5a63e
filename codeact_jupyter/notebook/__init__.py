"""The notebook: cells that are written, run and journalled.  Begin at `document`; a run uses it through `cells`."""
