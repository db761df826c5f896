"""A speech proxy as published guides deploy it: `POST /tts` and `GET /health` before a MiniMax account."""
