"""Speaks with LiteLLM.

speak_litellm.py <base URL> <key> <OpenAI voices, with commas> <format> <text>
"""

import sys
from pathlib import Path

import litellm

base_url, key, voices, audio_format, text = sys.argv[1:]
for voice in voices.split(","):
    answer = litellm.speech(
        model="minimax/speech-2.6-hd",
        voice=voice,
        input=text,
        response_format=audio_format,
        api_base=base_url,
        api_key=key,
    )
    Path(f"{voice}.{audio_format}").write_bytes(answer.content)
