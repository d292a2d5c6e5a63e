"""The model: a client for any OpenAI-compatible endpoint, and the built-in offline one.  Begin with `client.ChatModel`."""
