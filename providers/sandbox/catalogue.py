"""System voices: ids copied byte for byte from the vendor's list (MiniMax system voice list), with sounds of our own.

Ids are opaque. `Santa_Claus ` ends in a space and two Cantonese ids mix a full-width with a half-width parenthesis;
both are so in the vendor's table.
"""

from dataclasses import dataclass
from functools import cache

from providers.sandbox.timbre import Timbre, timbre_of_name


@dataclass(frozen=True, slots=True)
class SystemVoice:
    """A voice every account has. `language` is an ISO 639 code."""

    voice_id: str
    name: str
    language: str
    timbre: Timbre


_MANDARIN = """
male-qn-qingse 青涩青年|male-qn-jingying 精英青年|male-qn-badao 霸道青年|male-qn-daxuesheng 青年大学生
female-shaonv 少女|female-yujie 御姐|female-chengshu 成熟女性|female-tianmei 甜美女性
male-qn-qingse-jingpin 青涩青年-beta
male-qn-jingying-jingpin 精英青年-beta|male-qn-badao-jingpin 霸道青年-beta|male-qn-daxuesheng-jingpin 青年大学生-beta
female-shaonv-jingpin 少女-beta|female-yujie-jingpin 御姐-beta|female-chengshu-jingpin 成熟女性-beta
female-tianmei-jingpin 甜美女性-beta|clever_boy 聪明男童|cute_boy 可爱男童|lovely_girl 萌萌女童|cartoon_pig 卡通猪小琪
bingjiao_didi 病娇弟弟|junlang_nanyou 俊朗男友|chunzhen_xuedi 纯真学弟|lengdan_xiongzhang 冷淡学长|badao_shaoye 霸道少爷
tianxin_xiaoling 甜心小玲|qiaopi_mengmei 俏皮萌妹|wumei_yujie 妩媚御姐|diadia_xuemei 嗲嗲学妹|danya_xuejie 淡雅学姐
Arrogant_Miss 嚣张小姐|Robot_Armor 机械战甲
"""
_MANDARIN_PREFIXED = """
Reliable_Executive 沉稳高管|News_Anchor 新闻女声|Mature_Woman 傲娇御姐|Unrestrained_Young_Man 不羁青年
Kind-hearted_Antie 热心大婶|HK_Flight_Attendant 港普空姐|Humorous_Elder 搞笑大爷|Gentleman 温润男声|Warm_Bestie 温暖闺蜜
Male_Announcer 播报男声|Sweet_Lady 甜美女声|Southern_Young_Man 南方小哥|Wise_Women 阅历姐姐|Gentle_Youth 温润青年
Warm_Girl 温暖少女|Kind-hearted_Elder 花甲奶奶|Cute_Spirit 憨憨萌兽|Radio_Host 电台男主播|Lyrical_Voice 抒情男声
Straightforward_Boy 率真弟弟|Sincere_Adult 真诚青年|Gentle_Senior 温柔学姐|Stubborn_Friend 嘴硬竹马|Crisp_Girl 清脆少女
Pure-hearted_Boy 清澈邻家弟弟|Soft_Girl 柔和少女
"""
_CANTONESE = """
Cantonese_ProfessionalHost（F) 专业女主持|Cantonese_GentleLady 温柔女声|Cantonese_ProfessionalHost（M) 专业男主持
Cantonese_PlayfulMan 活泼男声|Cantonese_CuteGirl 可爱女孩|Cantonese_KindWoman 善良女声
"""
# Ids alone, separated by bars: their names are made from them, and one of them ends in a space.
_ENGLISH = (
    "English_Trustworthy_Man|English_Graceful_Lady|English_Aussie_Bloke|English_Whispering_girl|English_Diligent_Man|"
    "English_Gentle-voiced_man|Santa_Claus |Grinch|Rudolph|Arnold|Charming_Santa|Charming_Lady|Sweet_Girl|Cute_Elf|"
    "Attractive_Girl|Serene_Woman|English_expressive_narrator|English_radiant_girl|English_Insightful_Speaker|"
    "English_Persuasive_Man|English_Explanatory_Man|English_Lucky_Robot|English_CaptivatingStoryteller|"
    "English_StressedLady|English_SentimentalLady|English_WiseScholar|"
    # Not in the vendor's table, but in its samples, or what public clients send when they are told no voice.
    "audiobook_male_1|audiobook_female_1|presenter_male|presenter_female|doc_commentary|Calm_Woman|Wise_Woman|"
    "Deep_Voice_Man|socialmedia_female_1_v1|socialmedia_female_2_v1|voice_agent_Female_Phone_4|"
    "voice_agent_Male_Phone_1|voice_agent_Male_Phone_2|moss_audio_7c7e7ae2-7356-11f0-9540-7ef9b4b62566|"
    "moss_audio_b118f320-78c0-11f0-bbeb-26e8167c4779|moss_audio_84f32de9-2363-11f0-b7ab-d255fae1f27b|"
    "moss_audio_82ebf67c-78c8-11f0-8e8e-36b92fbb4f95"
)
_PREFIXED = {
    "ja": "Japanese_ IntellectualSenior|DecisivePrincess|LoyalKnight|DominantMan|SeriousCommander|ColdQueen|"
    "DependableWoman|GentleButler|KindLady|CalmLady|OptimisticYouth|GenerousIzakayaOwner|SportyStudent|"
    "InnocentBoy|GracefulMaiden|Whisper_Belle",
    "ko": "Korean_ SweetGirl|CheerfulBoyfriend|EnchantingSister|ShyGirl|ReliableSister|StrictBoss|SassyGirl|"
    "ChildhoodFriendGirl|PlayboyCharmer|ElegantPrincess|BraveFemaleWarrior|BraveYouth|CalmLady|EnthusiasticTeen|"
    "SoothingLady|IntellectualSenior|LonelyWarrior|MatureLady|InnocentBoy|CharmingSister|AthleticStudent|"
    "BraveAdventurer|CalmGentleman|WiseElf|CheerfulCoolJunior|DecisiveQueen|ColdYoungMan|MysteriousGirl|"
    "QuirkyGirl|ConsiderateSenior|CheerfulLittleSister|DominantMan|AirheadedGirl|ReliableYouth|FriendlyBigSister|"
    "GentleBoss|ColdGirl|HaughtyLady|CharmingElderSister|IntellectualMan|CaringWoman|WiseTeacher|ConfidentBoss|"
    "AthleticGirl|PossessiveMan|GentleWoman|CockyGuy|ThoughtfulWoman|OptimisticYouth",
    "es": "Spanish_ SereneWoman|MaturePartner|CaptivatingStoryteller|Narrator|WiseScholar|Kind-heartedGirl|"
    "DeterminedManager|BossyLeader|ReservedYoungMan|ConfidentWoman|ThoughtfulMan|Strong-WilledBoy|"
    "SophisticatedLady|RationalMan|AnimeCharacter|Deep-tonedMan|Fussyhostess|SincereTeen|FrankLady|Comedian|"
    "Debator|ToughBoss|Wiselady|Steadymentor|Jovialman|SantaClaus|Rudolph|Intonategirl|Arnold|Ghost|"
    "HumorousElder|EnergeticBoy|WhimsicalGirl|StrictBoss|ReliableMan|SereneElder|AngryMan|AssertiveQueen|"
    "CaringGirlfriend|PowerfulSoldier|PassionateWarrior|ChattyGirl|RomanticHusband|CompellingGirl|"
    "PowerfulVeteran|SensibleManager|ThoughtfulLady",
    "pt": "Portuguese_ SentimentalLady|BossyLeader|Wiselady|Strong-WilledBoy|Deep-VoicedGentleman|UpsetGirl|"
    "PassionateWarrior|AnimeCharacter|ConfidentWoman|AngryMan|CaptivatingStoryteller|Godfather|ReservedYoungMan|"
    "SmartYoungGirl|Kind-heartedGirl|Pompouslady|Grinch|Debator|SweetGirl|AttractiveGirl|ThoughtfulMan|"
    "PlayfulGirl|GorgeousLady|LovelyLady|SereneWoman|SadTeen|MaturePartner|Comedian|NaughtySchoolgirl|Narrator|"
    "ToughBoss|Fussyhostess|Dramatist|Steadymentor|Jovialman|CharmingQueen|SantaClaus|Rudolph|Arnold|"
    "CharmingSanta|CharmingLady|Ghost|HumorousElder|CalmLeader|GentleTeacher|EnergeticBoy|ReliableMan|"
    "SereneElder|GrimReaper|AssertiveQueen|WhimsicalGirl|StressedLady|FriendlyNeighbor|CaringGirlfriend|"
    "PowerfulSoldier|FascinatingBoy|RomanticHusband|StrictBoss|InspiringLady|PlayfulSpirit|ElegantGirl|"
    "CompellingGirl|PowerfulVeteran|SensibleManager|ThoughtfulLady|TheatricalActor|FragileBoy|ChattyGirl|"
    "Conscientiousinstructor|RationalMan|WiseScholar|FrankLady|DeterminedManager",
    "fr": "French_ Male_Speech_New|Female_News Anchor|CasualMan|MovieLeadFemale|FemaleAnchor|MaleNarrator|"
    "Female Journalist",
    "de": "German_ FriendlyMan|SweetLady|PlayfulMan",
    "it": "Italian_ BraveHeroine|Narrator|WanderingSorcerer|DiligentLeader",
    "ru": "Russian_ HandsomeChildhoodFriend|BrightHeroine|AmbitiousWoman|ReliableMan|CrazyQueen|PessimisticGirl|"
    "AttractiveGuy|Bad-temperedBoy",
    "ar": "Arabic_ CalmWoman|FriendlyGuy",
    "tr": "Turkish_ CalmWoman|Trustworthyman",
    "uk": "Ukrainian_ CalmWoman|WiseScholar",
    "nl": "Dutch_ kindhearted_girl|bossy_leader",
    "vi": "Vietnamese_ kindhearted_girl",
    "id": "Indonesian_ SweetGirl|ReservedYoungMan|CharmingGirl|CalmWoman|ConfidentWoman|CaringMan|BossyLeader|"
    "DeterminedBoy|GentleGirl",
    "th": "Thai_ male_1_sample8|male_2_sample2|female_1_sample1|female_2_sample2",
    "pl": "Polish_ male_1_sample4|male_2_sample3|female_1_sample1|female_2_sample3",
    "ro": "Romanian_ male_1_sample2|male_2_sample1|female_1_sample4|female_2_sample1",
    "el": " greek_male_1a_v1|Greek_female_1_sample1|Greek_female_2_sample3",
    "cs": " czech_male_1_v1|czech_female_5_v7|czech_female_2_v2",
    "fi": " finnish_male_3_v1|finnish_male_1_v2|finnish_female_4_v1",
    "hi": " hindi_male_1_v2|hindi_female_2_v1|hindi_female_1_v2",
}

_SMALL = ("_boy", "cute", "lovely", "pig", "elf", "rudolph", "spirit", "mengmei", "innocentboy")
_HIGH = (
    "female", "woman", "women", "lady", "girl", "queen", "princess", "maiden", "sister", "miss", "yujie", "xuemei",
    "xuejie", "xiaoling", "heroine", "belle", "antie", "attendant", "bestie", "senior", "（f", "news_anchor",
    "kind-hearted_elder", "narrator", "storyteller", "soft", "crisp",
)  # fmt: skip
_LOW = ("male-qn", "male_", "man", "boss", "elder", "santa", "robot", "grinch", "malenarrator")


def _timbre(voice_id: str) -> Timbre:
    lowered = voice_id.lower()
    if any(mark in lowered for mark in _SMALL):
        return timbre_of_name(voice_id, low_hz=235, high_hz=290)
    high = any(mark in lowered for mark in _HIGH)
    low = any(mark in lowered for mark in _LOW) and not any(mark in lowered for mark in ("woman", "female"))
    if high and not low:
        return timbre_of_name(voice_id, low_hz=175, high_hz=240)
    return timbre_of_name(voice_id, low_hz=85, high_hz=140)


def _named(rows: str, language: str, prefix: str = "") -> list[SystemVoice]:
    voices = []
    for row in rows.strip().replace("\n", "|").split("|"):
        identifier, _, name = row.partition(" ")
        voices.append(SystemVoice(prefix + identifier, name, language, _timbre(prefix + identifier)))
    return voices


def _unnamed(rows: str, language: str, prefix: str = "") -> list[SystemVoice]:
    return [
        SystemVoice(prefix + row, row.strip().replace("_", " "), language, _timbre(prefix + row))
        for row in rows.split("|")
    ]


@cache
def system_voices() -> dict[str, SystemVoice]:
    """Every system voice by its id, in the vendor's order."""
    voices = [
        *_named(_MANDARIN, "zh"),
        *_named(_MANDARIN_PREFIXED, "zh", "Chinese (Mandarin)_"),
        *_named(_CANTONESE, "yue"),
        *_unnamed(_ENGLISH, "en"),
    ]
    voices += _unnamed("japanese_male_social_media_1_v2|japanese_female_social_media_1_v2", "ja")
    for language, row in _PREFIXED.items():
        prefix, _, rows = row.partition(" ")
        voices += _unnamed(rows, language, prefix)
    return {voice.voice_id: voice for voice in voices}
