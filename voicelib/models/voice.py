"""Our asset, with a slug that never changes, and its homes at provider accounts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.ids import ID_LENGTH, new_id
from accounts.models import ProviderAccount, Team
from accounts.models.team import slug_validator
from accounts.payer import Payer
from voicelib.models.consent import Consent
from voicelib.models.sample import Sample
from voicelib.states import BEST_FIRST, voice_state


class VoiceQuerySet(models.QuerySet["Voice"]):
    def in_state(self, state: str) -> VoiceQuerySet:
        """Voices whose state as a whole is `state`: as `voice_state` of the newest home at each account."""
        newer = ProviderVoice.objects.filter(
            voice=models.OuterRef("voice"),
            provider_account=models.OuterRef("provider_account"),
            id__gt=models.OuterRef("id"),
        )
        homes = ProviderVoice.objects.filter(~models.Exists(newer), voice=models.OuterRef("pk"))
        if state == "draft":
            return self.filter(~models.Exists(homes))
        better = BEST_FIRST[: BEST_FIRST.index(state)]
        return self.filter(models.Exists(homes.filter(state=state)), ~models.Exists(homes.filter(state__in=better)))


class Voice(models.Model):
    class Kind(models.TextChoices):
        CLONED = "cloned", _("cloned")
        SYSTEM = "system", _("system")

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="voices", verbose_name=_("team"))
    slug = models.CharField(_("slug"), max_length=64, validators=[slug_validator])
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, default=Kind.CLONED)
    language = models.CharField(_("language"), max_length=35)
    consent = models.ForeignKey(Consent, models.PROTECT, null=True, related_name="voices", verbose_name=_("consent"))
    sample = models.ForeignKey(Sample, models.PROTECT, null=True, related_name="voices", verbose_name=_("sample"))
    # Whose home speaks wherever it can, by a person's choice.
    primary_account = models.ForeignKey(
        ProviderAccount,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("preferred account"),
    )
    # Suspension is a fact of its own: it refuses renders, cache hits and audio while deadlines run on.
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True, editable=False)
    suspended_reason = models.CharField(_("suspended because"), max_length=64, blank=True, editable=False)
    # Out of use: its homes are deleted, its history stays.
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    objects = VoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        constraints = [models.UniqueConstraint(fields=["team", "slug"], name="one_voice_per_team_and_slug")]

    def __str__(self) -> str:
        return self.name

    def state(self) -> str:
        """What the voice is as a whole: the best of the newest homes at each account; `draft` without any."""
        newest = {home.provider_account_id: home.state for home in sorted(self.homes.all(), key=lambda home: home.id)}
        return voice_state(newest.values())


def home_states() -> list[tuple[str, str]]:
    """Choices as a function, so that a longer list spawns no migration."""
    return [(value, str(label)) for value, label in ProviderVoice.State.choices]


def home_policies() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in ProviderVoice.Policy.choices]


class ProviderVoice(models.Model):
    """A voice as it exists at one provider account: the vendor's id, state and deadline."""

    class State(models.TextChoices):
        CLONING = "cloning", _("cloning")
        TEMPORARY = "temporary", _("temporary")
        PERMANENT = "permanent", _("permanent")
        # The clone's answer was lost: only a real synthesis can prove it; the deadline counts from when it was sent.
        UNPROVEN = "unproven", _("unproven")
        LAPSED = "lapsed", _("lapsed")
        LOST = "lost", _("lost")
        DELETING = "deleting", _("deleting")
        DELETED = "deleted", _("deleted")
        FAILED = "failed", _("failed")

    class Policy(models.TextChoices):
        ALWAYS = "always", _("always keep")
        ASK = "ask", _("ask")
        LET_LAPSE = "let_lapse", _("let lapse")

    class OnSilence(models.TextChoices):
        ACTIVATE = "activate", _("activate")
        LAPSE = "lapse", _("let lapse")

    SPEAKING = (State.TEMPORARY, State.PERMANENT, State.UNPROVEN)
    NOT_YET_ACTIVE = (State.TEMPORARY, State.UNPROVEN)

    id = models.CharField(primary_key=True, max_length=ID_LENGTH, default=new_id, editable=False)
    voice = models.ForeignKey(Voice, models.CASCADE, related_name="homes", verbose_name=_("voice"))
    provider_account = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="provider_voices", verbose_name=_("provider account")
    )
    # "" until the provider has said it, where the provider picks the id.
    vendor_voice_id = models.CharField(_("provider voice id"), max_length=256, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=home_states, default=State.CLONING)
    policy = models.CharField(_("policy"), max_length=16, choices=home_policies, default=Policy.ALWAYS)
    on_silence = models.CharField(_("on silence"), max_length=16, default=OnSilence.ACTIVATE)
    # A cloning again from the stored sample makes the next generation under a new vendor id.
    generation = models.IntegerField(_("generation"), default=1)
    # automatic | manual; "": as the team's defaults say.
    revival = models.CharField(_("cloning again"), max_length=16, blank=True)
    # Business time at which it is looked at whether a home that ended is cloned again; null: it is not.
    revival_due_at = models.DateTimeField(null=True, editable=False)
    # {"code", "message", "at"} of why it was not cloned again at the last try.
    revival_refused = models.JSONField(null=True, editable=False)
    # The home whose place this one took without anybody asking.
    revives = models.ForeignKey("self", models.SET_NULL, null=True, editable=False, related_name="+")
    model = models.CharField(_("model"), max_length=64, blank=True)
    preview_text = models.CharField(_("preview text"), max_length=2000, blank=True)
    # The recording it was ordered from, what the provider was handed of it, the prompt beside it; see CloneOptions.
    sample = models.ForeignKey(Sample, models.PROTECT, null=True, related_name="+", verbose_name=_("sample"))
    handed_over = models.ForeignKey(
        Sample, models.PROTECT, null=True, related_name="+", verbose_name=_("handed over"), editable=False
    )
    prompt_sample = models.ForeignKey(Sample, models.PROTECT, null=True, related_name="+", verbose_name=_("prompt"))
    options = models.JSONField(_("options"), default=dict, editable=False)
    # Key of the preview in STORAGES["samples"], and the provider's address of it until it is fetched.
    preview_key = models.CharField(max_length=300, blank=True, editable=False)
    preview_source = models.TextField(blank=True, editable=False)
    # What the provider's moderation said about the recording, "" for nothing.
    moderation = models.CharField(_("moderation"), max_length=64, blank=True, editable=False)
    requested_by = models.JSONField(default=dict, editable=False)  # payer of the clone: see Payer
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    cloned_at = models.DateTimeField(_("cloned at"), null=True, editable=False)
    activated_at = models.DateTimeField(_("activated at"), null=True, editable=False)
    activated_by = models.CharField(_("activated by"), max_length=32, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, editable=False)
    # Business time at which the engine looks at this home again; null: nothing to do.
    keepalive_due_at = models.DateTimeField(_("keep-alive due at"), null=True, editable=False)
    # Business time of the next alert about the deadline.
    alert_due_at = models.DateTimeField(null=True, editable=False)
    # Someone decided to keep it (activate now), whatever the policy.
    activation_asked_at = models.DateTimeField(_("activation asked at"), null=True, editable=False)
    # Claim of the worker that clones or keeps it now, until when (real time); a claim left by a crash runs out.
    claim = models.CharField(max_length=ID_LENGTH, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    # Real time at which cloning (or fetching the preview) is due; null: nothing is waiting.
    retry_at = models.DateTimeField(null=True, editable=False)
    # Failures since the last success, for the back-off.
    tries = models.IntegerField(_("tries"), default=0, editable=False)
    # Paid calls begun by the engine, ever: numbers their holds.
    calls = models.IntegerField(default=0, editable=False)
    # Since when it is proven to be missing at the provider, by one check that counts (see voicelib.losses).
    missing_since = models.DateTimeField(_("missing since"), null=True, editable=False)
    # Business time at which it is checked whether it exists; null: nobody doubts it.
    check_due_at = models.DateTimeField(null=True, editable=False)
    # Checks ever begun (they number their holds), and those in a row that told nothing.
    checks = models.IntegerField(default=0, editable=False)
    unclear_checks = models.IntegerField(default=0, editable=False)
    # When it lapsed or was lost.
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    # {"code", "message", "trace_id", "at"} of the last failure.
    last_error = models.JSONField(_("last error"), null=True, editable=False)

    class Meta:
        verbose_name = _("provider voice")
        verbose_name_plural = _("provider voices")
        constraints = [
            models.UniqueConstraint(
                fields=["provider_account", "vendor_voice_id"],
                condition=~models.Q(vendor_voice_id=""),
                name="one_home_per_known_vendor_voice_id",
            ),
            models.UniqueConstraint(
                fields=["voice", "provider_account"],
                condition=models.Q(state__in=["cloning", "temporary", "permanent", "unproven", "deleting"]),
                name="one_living_home_per_voice_and_account",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="permanent") | models.Q(activated_at__isnull=False),
                name="permanent_home_was_activated",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["temporary", "unproven"]) | models.Q(activated_at__isnull=True),
                name="home_not_active_yet_was_not_activated",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["temporary", "unproven", "permanent"]) | ~models.Q(vendor_voice_id=""),
                name="home_that_speaks_has_a_name",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(state__in=["lapsed", "lost"], ended_at__isnull=False)
                    | models.Q(state__in=["failed", "deleted"])
                    | models.Q(
                        state__in=["cloning", "temporary", "unproven", "permanent", "deleting"], ended_at__isnull=True
                    )
                ),
                name="home_has_ended_or_lives",
            ),
            models.CheckConstraint(
                condition=models.Q(claim="") | models.Q(lease_until__isnull=False),
                name="claim_of_a_home_runs_out",
            ),
        ]
        indexes = [
            models.Index(
                fields=["keepalive_due_at"],
                condition=models.Q(keepalive_due_at__isnull=False),
                name="homes_keepalive_due",
            ),
            models.Index(
                fields=["alert_due_at"], condition=models.Q(alert_due_at__isnull=False), name="homes_alert_due"
            ),
            models.Index(
                fields=["check_due_at"], condition=models.Q(check_due_at__isnull=False), name="homes_check_due"
            ),
            models.Index(
                fields=["revival_due_at"], condition=models.Q(revival_due_at__isnull=False), name="homes_revival_due"
            ),
            models.Index(fields=["retry_at"], condition=models.Q(retry_at__isnull=False), name="homes_to_clone"),
        ]

    def __str__(self) -> str:
        return f"{self.voice} @ {self.provider_account}"

    def payer(self) -> Payer:
        """Whose books pay for this home: those of who asked for it."""
        return Payer(**self.requested_by)
