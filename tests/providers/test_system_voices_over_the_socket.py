"""Curated ids are spoken with over a real socket: every one that the emulator's own, independent catalogue knows."""

import secrets

from providers.driver import Driver, http_client
from providers.types import Account, AudioFormat, SpeechRequest
from tests.providers.conversation import MINIMAX

RAW = AudioFormat("pcm", 16000, None, 1)


def test_every_curated_voice_that_the_emulator_lists_speaks(sandbox):
    account = Account(provider="minimax", base_url=f"{sandbox.base_url}/minimax", key=secrets.token_hex(8))
    curated = {voice.voice_id for voice in MINIMAX.known_voices()}
    with http_client(allowed_hosts=[sandbox.base_url.removeprefix("http://")]) as client:
        driver = Driver(client)
        listed = {voice.voice_id for voice in driver.run(MINIMAX.list_voices(account)) if voice.kind == "system"}
        both = sorted(listed & curated)
        silent = []
        for voice_id in both:
            request = SpeechRequest(text="Hi.", model="speech-2.8-turbo", voice_id=voice_id, format=RAW)
            result = driver.run(MINIMAX.speech(account, request))
            if not result.audio or result.billed_characters != 3:
                silent.append(voice_id)
    assert silent == []
    # Two catalogues, made apart from each other.
    assert len(both) > 150
