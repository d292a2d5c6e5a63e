"""The Jupyter server extension: one authenticated websocket for each notebook that is shown."""
