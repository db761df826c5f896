"""Servers that speak OpenAI's `/v1/audio/speech`: OpenAI itself and the local ones that imitate it."""
