"""A voice as it is answered."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.outputs import Output
from voicelib.flows.deadlines import will_be_kept
from voicelib.models import Deletion, ProviderVoice, Voice


class LastErrorOutput(Output):
    """Why the last call for this home failed."""

    code = serializers.CharField()
    message = serializers.CharField()
    trace_id = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class DeletionOutput(Output):
    """That a home is to be deleted, and what is known about it at the provider."""

    outcome = serializers.CharField(
        help_text="`pending`; `deleted`: the provider says so; `not_offered`, `never_made`, `unnamed`: why it was not."
    )
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    ends_undo_at = serializers.SerializerMethodField(help_text="Real time until which it can be undone; null: not now.")
    sent_at = serializers.DateTimeField(allow_null=True, help_text="When the provider was first asked.")
    existed = serializers.BooleanField(allow_null=True, help_text="Whether the provider still had it.")
    ended_at = serializers.DateTimeField(allow_null=True)
    trace_id = serializers.CharField(allow_blank=True)
    last_error = LastErrorOutput(allow_null=True)

    def get_ends_undo_at(self, deletion: Deletion) -> str | None:
        if deletion.due_at is None or deletion.sent_at is not None:
            return None
        return serializers.DateTimeField().to_representation(deletion.due_at)


class HomeOutput(Output):
    """The voice as it exists at one provider account."""

    provider_account = serializers.CharField(source="provider_account.slug")
    provider_voice_id = serializers.CharField(
        source="vendor_voice_id", allow_blank=True, help_text="Empty until a provider that picks it has said it."
    )
    state = serializers.CharField()
    policy = serializers.CharField()
    on_silence = serializers.CharField(help_text="With policy `ask`: what happens when nobody decides.")
    revival = serializers.CharField(
        allow_blank=True, help_text="`automatic`, `manual`; empty: as the team's defaults say."
    )
    missing_since = serializers.DateTimeField(
        allow_null=True, help_text="Proven once to be missing at the provider; a second proof makes it lost."
    )
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it lapsed or was lost.")
    model = serializers.CharField(allow_blank=True)
    sample = serializers.CharField(
        source="sample_id", allow_null=True, help_text="The recording it was ordered from; null in older homes."
    )
    handed_over = serializers.CharField(
        source="handed_over_id",
        allow_null=True,
        help_text="The recording the provider was handed: the sample, or one made of it in a format that it takes.",
    )
    options = serializers.DictField(help_text="What the clone was asked for beside its recording.")
    generation = serializers.IntegerField(help_text="Counts up when the voice is cloned again.")
    created_at = serializers.DateTimeField()
    cloned_at = serializers.DateTimeField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    activated_by = serializers.CharField(allow_blank=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When it dies unless it is used.")
    keepalive_due_at = serializers.SerializerMethodField(help_text="When it will be kept; null: it will not be.")
    has_preview = serializers.SerializerMethodField()
    moderation = serializers.CharField(allow_blank=True)
    last_error = LastErrorOutput(allow_null=True)
    deletion = serializers.SerializerMethodField(help_text="Null: nobody has asked for it.")

    @extend_schema_field(DeletionOutput(allow_null=True))
    def get_deletion(self, home: ProviderVoice) -> dict[str, Any] | None:
        standing = next((row for row in home.deletions.all() if row.undone_at is None), None)
        return None if standing is None else DeletionOutput.of(standing)

    def get_keepalive_due_at(self, home: ProviderVoice) -> str | None:
        """The engine also looks at homes it will let lapse; that look keeps nothing."""
        due = home.keepalive_due_at
        if due is None or not will_be_kept(home) or (home.expires_at is not None and due >= home.expires_at):
            return None
        return serializers.DateTimeField().to_representation(due)

    def get_has_preview(self, home: ProviderVoice) -> bool:
        return bool(home.preview_key)


class SuspensionOutput(Output):
    """Why the voice may not be used."""

    since = serializers.DateTimeField()
    reason = serializers.CharField()


class VoiceOutput(Output):
    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    language = serializers.CharField()
    state = serializers.CharField(help_text="`draft` until it is cloned, then the best state of its homes.")
    suspended = SuspensionOutput(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True, help_text="Out of use since; null: in use.")
    consent = serializers.CharField(allow_null=True, source="consent_id")
    sample = serializers.CharField(allow_null=True, source="sample_id")
    primary = serializers.CharField(allow_null=True, help_text="The account whose home speaks wherever it can.")
    homes = serializers.ListField(child=HomeOutput())
    created_at = serializers.DateTimeField()


def voice_json(voice: Voice) -> dict[str, Any]:
    """The JSON of a voice with its homes, the newest first."""
    suspended = {"since": voice.suspended_at, "reason": voice.suspended_reason} if voice.suspended_at else None
    shown = {
        name: getattr(voice, name) for name in ("id", "slug", "name", "kind", "language", "retired_at", "created_at")
    }
    links = {"consent_id": voice.consent_id, "sample_id": voice.sample_id}
    primary = voice.primary_account.slug if voice.primary_account else None
    homes = [HomeOutput.of(home) for home in sorted(voice.homes.all(), key=lambda home: home.id, reverse=True)]
    return VoiceOutput.of(
        {**shown, **links, "state": voice.state(), "suspended": suspended, "primary": primary, "homes": []}
    ) | {"homes": homes}
