"""The curated system voices: byte for byte as the vendor writes them, with what their ids tell and nothing guessed."""

import pytest

from providers.known_voices import VoiceTraits
from providers.minimax.voice_traits import voice_traits
from tests.providers.conversation import MINIMAX

KNOWN = {voice.voice_id: voice for voice in MINIMAX.known_voices()}
PUBLISHED = [voice for voice in KNOWN.values() if voice.seen == "MiniMax system voice list"]


def test_the_published_list_is_whole_and_no_id_stands_twice():
    assert len(PUBLISHED) == 327
    assert len(KNOWN) == len(MINIMAX.known_voices())


@pytest.mark.parametrize(
    "voice_id",
    [
        # A space at its end.
        "Santa_Claus ",
        # A full-width bracket opens, a half-width one closes.
        "Cantonese_ProfessionalHost\uff08F)",
        "Cantonese_ProfessionalHost\uff08M)",
        "Chinese (Mandarin)_Kind-hearted_Antie",
        "French_Female_News Anchor",
        "English_Gentle-voiced_man",
        "greek_male_1a_v1",
    ],
)
def test_the_awkward_ids_are_as_the_vendor_writes_them(voice_id):
    assert voice_id in KNOWN


@pytest.mark.parametrize("voice_id", ["Santa_Claus", "Cantonese_ProfessionalHost(F)", "santa_claus "])
def test_no_tidied_id_stands_beside_them(voice_id):
    assert voice_id not in KNOWN


@pytest.mark.parametrize("voice_id", ["Energetic_Man", "Gentle_Man", "Cute_Girl"])
def test_what_was_found_nowhere_is_left_out(voice_id):
    assert voice_id not in KNOWN


@pytest.mark.parametrize(
    ("voice_id", "client"),
    [
        ("female-shaonv", "MiniMax-AI/MiniMax-MCP"),
        ("male-qn-qingse", "MiniMax-AI/MiniMax-MCP-JS"),
        ("male-qn-qingse", "BerriAI/litellm"),
        ("English_expressive_narrator", "MiniMax-AI/cli"),
        ("socialmedia_female_2_v1", "livekit/agents"),
        ("Calm_Woman", "pipecat-ai/pipecat"),
        ("Wise_Woman", "Vapi"),
        ("audiobook_male_1", "MiniMax asynchronous speech sample"),
    ],
)
def test_what_public_clients_send_by_default_is_there(voice_id, client):
    assert client in KNOWN[voice_id].default_of


@pytest.mark.parametrize(
    "voice_id",
    [
        "audiobook_female_1",
        "presenter_male",
        "presenter_female",
        "doc_commentary",
        "Deep_Voice_Man",
        "Japanese_Whisper_Belle",
    ],
)
def test_what_clients_offer_beside_the_list_is_there(voice_id):
    assert voice_id in KNOWN


def test_every_voice_says_where_it_was_seen():
    assert [voice.voice_id for voice in KNOWN.values() if not voice.seen] == []


def test_every_published_voice_has_a_name_and_a_language():
    assert [voice.voice_id for voice in PUBLISHED if not voice.name or not voice.traits.language] == []


def test_the_list_and_the_ids_agree_about_the_language():
    told = {voice_id: (voice_traits(voice_id).language, known.traits.language) for voice_id, known in KNOWN.items()}
    assert {voice_id: pair for voice_id, pair in told.items() if pair[0] is not None and pair[0] != pair[1]} == {}


@pytest.mark.parametrize(
    ("voice_id", "language", "gender"),
    [
        ("Japanese_DecisivePrincess", "ja", "female"),
        ("Japanese_LoyalKnight", "ja", None),
        ("Chinese (Mandarin)_Mature_Woman", "zh", "female"),
        ("Chinese (Mandarin)_Wise_Women", "zh", "female"),
        ("Chinese (Mandarin)_News_Anchor", "zh", None),
        ("Chinese (Mandarin)_Male_Announcer", "zh", "male"),
        ("Cantonese_ProfessionalHost\uff08F)", "yue", "female"),
        ("Cantonese_ProfessionalHost\uff08M)", "yue", "male"),
        ("Cantonese_PlayfulMan", "yue", "male"),
        # "woman" ends in "man", "female" holds "male", and so does the name of a language.
        ("German_SweetLady", "de", "female"),
        ("German_PlayfulMan", "de", "male"),
        ("Romanian_female_1_sample4", "ro", "female"),
        ("czech_female_5_v7", "cs", "female"),
        ("hindi_male_1_v2", "hi", "male"),
        ("Korean_BraveFemaleWarrior", "ko", "female"),
        ("Korean_CheerfulBoyfriend", "ko", "male"),
        ("Korean_ChildhoodFriendGirl", "ko", "female"),
        ("Portuguese_NaughtySchoolgirl", "pt", "female"),
        ("Portuguese_Godfather", "pt", "male"),
        ("Spanish_Wiselady", "es", "female"),
        ("Spanish_Jovialman", "es", "male"),
        ("Spanish_Fussyhostess", "es", "female"),
        ("Turkish_Trustworthyman", "tr", "male"),
        ("Spanish_Comedian", "es", None),
        ("English_Aussie_Bloke", "en", "male"),
        ("French_Female_News Anchor", "fr", "female"),
        ("French_Male_Speech_New", "fr", "male"),
        ("male-qn-qingse", None, "male"),
        ("female-yujie-jingpin", None, "female"),
        ("clever_boy", None, "male"),
        ("presenter_female", None, "female"),
        ("audiobook_male_1", None, "male"),
        ("Santa_Claus ", None, "male"),
        ("Wise_Woman", None, "female"),
        ("Grinch", None, None),
        ("voice_agent_Male_Phone_1", None, "male"),
        # The letters of a UUID are accidents.
        ("moss_audio_6f07-f-m-girl", None, None),
        # Both, or a word that only looks like one.
        ("English_Boy_and_Girl", "en", None),
        ("English_Human", "en", None),
        ("Klingon_Queen", None, "female"),
        ("", None, None),
        ("_", None, None),
    ],
)
def test_an_id_tells_what_it_tells_and_no_more(voice_id, language, gender):
    assert voice_traits(voice_id) == VoiceTraits(language=language, gender=gender)
