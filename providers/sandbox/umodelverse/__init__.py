"""UModelverse's surface: MiniMax's speech behind an OpenAI-like gateway."""
