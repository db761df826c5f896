"""A server of the OpenAI shape, as the platform sees it: one adapter, a profile per server."""

from __future__ import annotations

from types import MappingProxyType

from providers.adapter import Adapter
from providers.characters import billed_characters
from providers.errors import ProviderError
from providers.known_voices import KnownVoice, VoiceTraits
from providers.openai import speech, voices
from providers.openai.abouts import ABOUTS
from providers.openai.answers import get, refuse_failure
from providers.openai.profiles import Profile
from providers.options import FAILURES_MAY_CHARGE, VOICES, Option, text
from providers.transcode import BITRATES, CHANNELS, FORMATS
from providers.types import (
    Account,
    AccountCheck,
    AudioFormat,
    Capabilities,
    CloneCapabilities,
    CloneRequest,
    CloneResult,
    DeleteResult,
    ListedVoice,
    Operation,
    RetentionRule,
    SpeechRequest,
    SpeechResult,
    VoiceKind,
)
from providers.verdicts import verdict_of


class OpenAISpeech(Adapter):
    """Speech by ``/v1/audio/speech``, and what else the profile's server offers. WAV is asked for and converted here,
    so every server makes every format."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.name = profile.name
        self.capabilities = _capabilities(profile)
        self.regions = profile.regions
        self.price_list = profile.price_list
        self.options = _options(profile)
        self.about = ABOUTS[profile.name]

    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        speech.check_speech(self.profile, account, request)

    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        return speech.speech(self.profile, account, request)

    def check_clone(self, account: Account, request: CloneRequest) -> None:
        voices.check_clone(self.profile, request)

    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        return voices.clone(self.profile, account, request)

    def list_voices(self, account: Account) -> Operation[list[ListedVoice]]:
        if not self.profile.voices_path:
            raise self.unsupported("list")
        return voices.list_voices(self.profile, account)

    def delete_voice(self, account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
        return voices.delete_voice(self.profile, account, voice_id, kind)

    def known_voices(self) -> tuple[KnownVoice, ...]:
        return tuple(
            KnownVoice(voice_id=name, name=name.title(), traits=VoiceTraits(), seen=f"{self.profile.server}'s source")
            for name in self.profile.known_voices
        )

    def check_account(self, account: Account) -> Operation[AccountCheck]:
        """Asks for models, voices or health, whichever is there: a page that is not offered (404) is no server that is
        down."""
        profile = self.profile
        for path in filter(None, (profile.voices_path, profile.models_path, profile.health_path)):
            try:
                asked = get(account, path, operation="check_account")
                refuse_failure(asked, (yield asked))
            except ProviderError as error:
                if error.http_status in (404, 405):
                    continue
                return AccountCheck(
                    ok=False,
                    verdict=verdict_of(error),
                    finding=error.message,
                    code=error.code,
                    trace_id=error.trace_id,
                )
            only_health = path == profile.health_path
            finding = "It is up; its key was not asked for" if only_health else "It answers"
            return AccountCheck(ok=True, verdict="ok", finding=finding)
        nowhere = f"This address is no {profile.server}: it knows none of its pages"
        return AccountCheck(ok=False, verdict="not_the_provider", finding=nowhere)

    def count_characters(self, text: str) -> int:
        return billed_characters(text, "code_points")

    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        return voices.new_voice_id(hint, random_suffix)


def _options(profile: Profile) -> tuple[Option, ...]:
    found = [FAILURES_MAY_CHARGE]
    if profile.send_model and not profile.models:
        named = "the name under which the server serves its one model"
        found.append(text("model", named, default=profile.default_model))
    if not profile.voices_path or profile.lists_uploads:
        found.append(VOICES)
    return tuple(found)


def _capabilities(profile: Profile) -> Capabilities:
    models = profile.models or (profile.default_model,)
    operations = {"speech"}
    if profile.voices_path:
        operations.add("list")
    if profile.clone:
        operations.add("clone")
        if profile.clone.delete_path:
            operations.add("delete")
    return Capabilities(
        operations=frozenset(operations),
        models=models,
        formats=FORMATS,
        channels=CHANNELS,
        bitrates=BITRATES,
        emotions=MappingProxyType({model: frozenset[str]() for model in models}),
        language_boosts=frozenset(),
        text_limit=profile.text_limit,
        rule_kinds=frozenset(),
        clone=_clone_capabilities(profile),
        # These servers keep what they were given until somebody removes it.
        retention=RetentionRule("none"),
        billing_source="estimated",
        cheapest_model=profile.default_model,
        default_model=profile.default_model,
        default_format=AudioFormat("mp3", 24000, 128000, 1),
        activation_text="Hi.",
        counts_characters="Code points: no server of this kind reports characters.",
    )


def _clone_capabilities(profile: Profile) -> CloneCapabilities | None:
    clone = profile.clone
    if clone is None:
        return None
    return CloneCapabilities(
        handover="upload",
        sample_containers=clone.containers,
        min_ms=clone.min_ms,
        max_ms=clone.max_ms,
        max_bytes=clone.max_bytes,
        preview_limit=0,
        who_picks_id="provider" if clone.answered_by == "uploaded_files" else "caller",
        voice_id_pattern=voices.FILE_NAME if clone.answered_by == "uploaded_files" else voices.VOICE_ID,
    )
