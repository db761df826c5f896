"""Speaks with LiveKit's plugin over HTTP and over its WebSocket; the plugin decodes, we keep the samples.

speak_livekit.py <base URL> <key> <audio format> <text>
"""

import asyncio
import sys
import wave

import aiohttp
from livekit.plugins import minimax


def keep(name, frames):
    with wave.open(name, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(frames[0].sample_rate)
        for frame in frames:
            file.writeframes(bytes(frame.data))


async def main() -> None:
    base_url, key, audio_format, text = sys.argv[1:]
    async with aiohttp.ClientSession() as http:
        voice = minimax.TTS(base_url=base_url, api_key=key, http_session=http, audio_format=audio_format)
        keep("http.wav", [event.frame async for event in voice.synthesize(text)])
        stream = voice.stream()
        for token in text.split(" "):
            stream.push_text(f"{token} ")
        stream.end_input()
        keep("socket.wav", [event.frame async for event in stream])
        await stream.aclose()


asyncio.run(main())
