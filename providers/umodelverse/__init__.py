"""UModelverse (UCloud): MiniMax's synchronous speech behind an OpenAI-like gateway."""
