"""The speech proxy of a published guide: `POST /tts` and `GET /health` before MiniMax."""
