"""What MiniMax's resellers do with an emotion that a voice refuses: as MiniMax, by the account's choice, and told."""

import pytest

from providers.registry import adapter_for
from providers.types import Account, AudioFormat, SpeechRequest, SpeechSettings
from tests.providers.conversation import answer, converse, spoken
from tests.providers.vendor import failure

REFUSED = answer(code=2013, message="invalid params, invalid params: voice_setting emotion")
ADDRESSES = {"ppio": "https://api.novita.ai", "umodelverse": "https://api.modelverse.cn"}


def speaking(provider, **options):
    account = Account(provider=provider, base_url=ADDRESSES[provider], key="a-key", options=options)
    request = SpeechRequest(
        text="Hello.",
        model="speech-2.8-turbo",
        voice_id="English_Graceful_Lady",
        format=AudioFormat("mp3", 32000, 128000, 1),
        settings=SpeechSettings(emotion="happy"),
    )
    return adapter_for(provider).speech(account, request)


@pytest.mark.parametrize("provider", ADDRESSES)
def test_by_default_the_refusal_stands(provider):
    error = failure(lambda: converse(speaking(provider), REFUSED))
    assert (error.code, error.field, error.possibly_charged) == ("2013", "settings.emotion", False)


@pytest.mark.parametrize("provider", ADDRESSES)
def test_where_wanted_it_is_spoken_once_more_without_the_emotion_and_told(provider):
    result, (first, second) = converse(speaking(provider, retry_without_emotion=True), REFUSED, spoken())
    assert [finding.code for finding in result.findings] == ["emotion_dropped"]
    assert first.json["voice_setting"]["emotion"] == "happy"
    assert "emotion" not in second.json["voice_setting"]
