"""Voices and their homes: made, cloned, activated, decided about."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.inputs import Filters, Input
from accounts.api.openapi import page_of
from accounts.api.outputs import Output
from accounts.api.views import TeamView
from accounts.flows.provider_accounts import find_provider_account
from accounts.models import ProviderAccount
from voicelib.api.voice_outputs import VoiceOutput, voice_json
from voicelib.clone_options import CloneOptions
from voicelib.flows.activation import ask_activation, set_policy
from voicelib.flows.clone_orders import ask_clone, check_clone
from voicelib.flows.system_voices import add_system_voice
from voicelib.flows.voices import change_voice, create_voice, voice_of
from voicelib.models import ProviderVoice, Voice, VoiceDefaults
from voicelib.states import BEST_FIRST

_OPTIONS = (
    "text_validation", "accuracy", "verify_statement", "noise_reduction", "volume_normalization", "language_boost",
)  # fmt: skip
STATES = ("draft", *BEST_FIRST)
POLICIES = tuple(ProviderVoice.Policy.values)
REVIVALS = tuple(VoiceDefaults.Revival.values)
SILENCES = tuple(ProviderVoice.OnSilence.values)
_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key and request are done and paid once."
)


class VoiceFilters(Filters):
    state = serializers.ChoiceField(choices=STATES, required=False)
    suspended = serializers.BooleanField(required=False, allow_null=True, default=None)
    q = serializers.CharField(max_length=200, required=False, help_text="Part of the slug or the name.")
    language = serializers.CharField(
        max_length=35, required=False, help_text="A language covers its regions: `en` finds `en-GB`."
    )
    provider_account = serializers.CharField(
        max_length=64, required=False, help_text="Slug or id: voices with a home there that is not deleted."
    )
    expiring_before = serializers.DateTimeField(
        required=False, help_text="Voices with a home that speaks and whose deadline is earlier."
    )
    missing = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Whether a home is proven once to be missing."
    )


class SystemVoiceWish(Input):
    """A voice that the provider has by itself."""

    provider_account = serializers.CharField(
        max_length=64, required=False, help_text="Slug or id; without it the default account."
    )
    voice_id = serializers.CharField(
        max_length=256, trim_whitespace=False, help_text="From `GET /system-voices`, byte for byte."
    )


class VoiceInput(Input):
    name = serializers.CharField(max_length=200)
    slug = serializers.CharField(max_length=64, help_text="Never changes: callers name the voice by it.")
    language = serializers.CharField(
        max_length=35, required=False, help_text="May be left out with a system voice whose language is known."
    )
    consent = serializers.CharField(max_length=26, required=False, allow_null=True, default=None)
    sample = serializers.CharField(max_length=26, required=False, allow_null=True, default=None)
    system_voice = SystemVoiceWish(
        required=False, help_text="Make a voice of the provider's own, in the place of one to clone: it speaks at once."
    )

    def validate(self, wish: dict[str, Any]) -> dict[str, Any]:
        if "system_voice" not in wish:
            if "language" not in wish:
                raise serializers.ValidationError({"language": ["This field is required."]})
            return wish
        for field in ("consent", "sample"):
            if wish[field] is not None:
                raise serializers.ValidationError({field: ["A system voice has no speaker of yours."]})
        return wish


class VoiceChangeInput(Input):
    name = serializers.CharField(max_length=200, required=False)
    language = serializers.CharField(max_length=35, required=False)
    consent = serializers.CharField(max_length=26, required=False, allow_null=True)
    sample = serializers.CharField(max_length=26, required=False, allow_null=True)


class HomeInput(Input):
    provider_account = serializers.CharField(
        max_length=64, required=False, help_text="Slug or id; without it the default account."
    )
    project = serializers.CharField(max_length=64, required=False, help_text="Whose budget pays.")


class ClonePromptInput(Input):
    """A second, short recording that makes the clone sound more alike."""

    sample = serializers.CharField(max_length=26, help_text="Id of a sample with purpose `prompt`: under 8 s.")
    text = serializers.CharField(max_length=2000, help_text="What is said in it, ending in a punctuation mark.")


class CloneInput(HomeInput):
    model = serializers.CharField(max_length=64, required=False, help_text="Speaks the preview.")
    preview_text = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, help_text="Billed like speech; does not activate the voice."
    )
    policy = serializers.ChoiceField(choices=POLICIES, required=False, help_text="Without it, as the team's defaults.")
    on_silence = serializers.ChoiceField(choices=SILENCES, required=False)
    revival = serializers.ChoiceField(
        choices=REVIVALS, required=False, help_text="Whether it is cloned again by itself should it be lost."
    )
    clone_prompt = ClonePromptInput(required=False)
    text_validation = serializers.CharField(
        max_length=200, required=False, help_text="What the provider is to hear in the recording; else it refuses."
    )
    accuracy = serializers.FloatField(
        min_value=0, max_value=1, required=False, help_text="How much of the expected words it has to hear."
    )
    verify_statement = serializers.BooleanField(
        required=False,
        default=False,
        help_text="The provider is to hear the consent's statement in the recording; else nothing is cloned.",
    )
    noise_reduction = serializers.BooleanField(required=False, default=False)
    volume_normalization = serializers.BooleanField(required=False, default=False)
    language_boost = serializers.CharField(
        max_length=35, required=False, help_text="The recording's language in the provider's own words, or `auto`."
    )


class CloneFindingOutput(Output):
    """What is known before anything is paid."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(
        choices=("error", "warning", "info"), help_text="With an `error` the clone would be refused with this code."
    )
    message = serializers.CharField()
    field = serializers.CharField(allow_null=True)


class CloneCheckOutput(Output):
    ok = serializers.BooleanField(help_text="Whether the same request to `…/clone` would be taken now.")
    findings = CloneFindingOutput(many=True)


class PolicyInput(Input):
    provider_account = serializers.CharField(max_length=64, required=False)
    policy = serializers.ChoiceField(choices=POLICIES)
    on_silence = serializers.ChoiceField(choices=SILENCES, required=False)
    revival = serializers.ChoiceField(choices=REVIVALS, required=False)


class VoiceAnswers(TeamView):
    """Endpoints that answer with a voice."""

    def voices(self) -> QuerySet[Voice]:
        """The team's voices with everything their JSON shows."""
        return (
            Voice.objects.filter(team=self.team)
            .select_related("primary_account")
            .prefetch_related("homes__provider_account", "homes__deletions")
        )

    def answer(self, voice_id: str, status: int) -> Response:
        """The voice as it is now."""
        return Response(voice_json(self.voices().get(id=voice_id)), status=status)

    def clone_order(self) -> dict[str, Any]:
        """The body of a clone as the flows take it."""
        wish = self.read(CloneInput)
        prompt = wish.pop("clone_prompt", None) or {}
        options = {name: wish.pop(name) for name in _OPTIONS if name in wish}
        return {
            "account": find_provider_account(team=self.team, slug_or_id=wish.pop("provider_account", None)),
            "actor": self.actor,
            "payer": self.payer(self.project_of(wish.pop("project", None))),
            "options": CloneOptions(prompt_sample=prompt.get("sample"), prompt_text=prompt.get("text", ""), **options),
            **wish,
        }

    def account_named(self, slug_or_id: str | None) -> ProviderAccount | None:
        """The named account; None where none is named."""
        return None if slug_or_id is None else find_provider_account(team=self.team, slug_or_id=slug_or_id)


class VoicesView(VoiceAnswers):
    scopes = {"GET": "voices:read", "POST": "voices:write"}

    @extend_schema(operation_id="voices_list", parameters=[VoiceFilters], responses={200: page_of(VoiceOutput)})
    def get(self, request: Request) -> Response:
        """The team's voices, newest first."""
        wish = self.filters(VoiceFilters)
        voices = self.voices()
        if "state" in wish:
            voices = voices.filter(id__in=Voice.objects.filter(team=self.team).in_state(wish["state"]).values("id"))
        if wish["suspended"] is not None:
            voices = voices.filter(suspended_at__isnull=not wish["suspended"])
        if "q" in wish:
            voices = voices.filter(Q(slug__icontains=wish["q"]) | Q(name__icontains=wish["q"]))
        if "language" in wish:
            language = wish["language"]
            voices = voices.filter(Q(language__iexact=language) | Q(language__istartswith=f"{language}-"))
        voices = self._by_homes(voices, wish)
        return self.page(voices, voice_json)

    def _by_homes(self, voices: QuerySet[Voice], wish: dict[str, Any]) -> QuerySet[Voice]:
        homes = ProviderVoice.objects.filter(voice=OuterRef("pk"))
        speaking = homes.filter(state__in=ProviderVoice.SPEAKING)
        if "provider_account" in wish:
            account = find_provider_account(team=self.team, slug_or_id=wish["provider_account"])
            standing = homes.filter(provider_account=account).exclude(state=ProviderVoice.State.DELETED)
            voices = voices.filter(Exists(standing))
        if "expiring_before" in wish:
            voices = voices.filter(Exists(speaking.filter(expires_at__lt=wish["expiring_before"])))
        if wish["missing"] is not None:
            missing = Exists(speaking.filter(missing_since__isnull=False))
            voices = voices.filter(missing if wish["missing"] else ~missing)
        return voices

    @extend_schema(operation_id="voices_create", request=VoiceInput, responses={201: VoiceOutput})
    def post(self, request: Request) -> Response:
        """Make a voice; cloning it is a step of its own. A system voice speaks at once."""
        wish = self.read(VoiceInput)
        chosen = wish.pop("system_voice", None)
        if chosen is None:
            voice = create_voice(team=self.team, actor=self.actor, **wish)
        else:
            voice = add_system_voice(
                team=self.team,
                actor=self.actor,
                name=wish["name"],
                slug=wish["slug"],
                language=wish.get("language"),
                account=find_provider_account(team=self.team, slug_or_id=chosen.get("provider_account")),
                voice_id=chosen["voice_id"],
            )
        return self.answer(voice.id, 201)


class VoiceView(VoiceAnswers):
    scopes = {"GET": "voices:read", "PATCH": "voices:write"}

    @extend_schema(operation_id="voices_get", responses={200: VoiceOutput})
    def get(self, request: Request, slug: str) -> Response:
        """One voice with its homes at provider accounts."""
        return self.answer(voice_of(team=self.team, slug=slug).id, 200)

    @extend_schema(operation_id="voices_change", request=VoiceChangeInput, responses={200: VoiceOutput})
    def patch(self, request: Request, slug: str) -> Response:
        """Change what is named. A valid consent in the place of a revoked one ends the suspension."""
        voice = voice_of(team=self.team, slug=slug)
        change_voice(voice=voice, actor=self.actor, changes=self.read(VoiceChangeInput))
        return self.answer(voice.id, 200)


class CloneVoiceView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_clone", parameters=[_KEY], request=CloneInput, responses={202: VoiceOutput})
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Clone the voice from its sample; a worker does it. Again after a failure, a lapse or a loss."""
        voice = voice_of(team=self.team, slug=slug)
        ask_clone(voice=voice, **self.clone_order())
        return self.answer(voice.id, 202)


class CheckCloneView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_clone_check", request=CloneInput, responses={200: CloneCheckOutput})
    def post(self, request: Request, slug: str) -> Response:
        """What `…/clone` would say to the same request. No provider is asked, nothing is held or paid."""
        findings = check_clone(voice=voice_of(team=self.team, slug=slug), **self.clone_order())
        is_fine = all(found.severity != "error" for found in findings)
        return Response(CloneCheckOutput.of({"ok": is_fine, "findings": [asdict(found) for found in findings]}))


class ActivateVoiceView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_activate", parameters=[_KEY], request=HomeInput, responses={202: VoiceOutput})
    @idempotent
    def post(self, request: Request, slug: str) -> Response:
        """Keep the voice now: one cheap synthesis makes it permanent and may trigger the clone fee."""
        wish = self.read(HomeInput)
        voice = voice_of(team=self.team, slug=slug)
        ask_activation(
            voice=voice,
            account=self.account_named(wish.get("provider_account")),
            actor=self.actor,
            payer=self.payer(self.project_of(wish.get("project"))),
        )
        return self.answer(voice.id, 202)


class VoicePolicyView(VoiceAnswers):
    scopes = {"POST": "voices:write"}

    @extend_schema(operation_id="voices_policy", request=PolicyInput, responses={200: VoiceOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Decide anew whether the voice is kept when its time comes."""
        wish = self.read(PolicyInput)
        voice = voice_of(team=self.team, slug=slug)
        account = self.account_named(wish.pop("provider_account", None))
        set_policy(voice=voice, account=account, actor=self.actor, **wish)
        return self.answer(voice.id, 200)
