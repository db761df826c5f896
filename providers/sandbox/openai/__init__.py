"""OpenAI's speech interface, and the local servers that imitate it, each in its own way."""
