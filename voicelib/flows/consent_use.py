"""Whether the speaker's consent allows a use: asked before anything is spent, and again before every call. And whether
a recording may be used at all."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.models import Project
from voicelib.consent_scope import Outside, Use, outside, spoken_language
from voicelib.errors import VoiceRefusedError
from voicelib.models import Consent, ConsentFile, Sample, Voice

_WHAT_TO_DO = {
    "projects": "Ask for it in one of these projects",
    "languages": "Speak one of these languages",
    "purposes": "Say one of these purposes",
}


def refuse_outside_consent(
    *, voice: Voice, project_id: str | None, purpose: str | None, language_boost: str | None = None
) -> None:
    """Refuse a use that the consent does not cover; a voice without a consent is not narrowed.

    `purpose` None: none is asked for (cloning, keeping alive). Raises VoiceRefusedError `outside_consent`: `field` says
    which part of the wish, `allowed` what would do.
    """
    consent = voice.consent
    if consent is None or not consent.scope:
        return
    project = Project.objects.filter(id=project_id).values_list("slug", flat=True).first() if project_id else None
    language = spoken_language(language_boost=language_boost, voice_language=voice.language)
    found = outside(consent.scope, Use(project=project, language=language, purpose=purpose))
    if found is not None:
        raise _refusal(voice, found, language_boost)


def refusal_of_sample(sample: Sample, at: datetime) -> str | None:
    """How the consents ended under which a recording stands (`consent_revoked`, `consent_expired`); None where one of
    them holds, or there is none.

    It stands under the consents of the voices it is kept with or cloned from, and under the one it is the spoken
    statement of; what was made of it too.
    """
    origin: Sample | None = sample
    family = []
    while origin is not None:
        family.append(origin)
        origin = origin.parent
    ids = [one.id for one in family]
    kept = Q(voices__sample__in=ids) | Q(
        voices__recordings__sample__in=ids, voices__recordings__removed_at__isnull=True
    )
    spoken = Q(files__kind=ConsentFile.Kind.SPOKEN, files__sha256__in=[one.sha256 for one in family])
    consents = Consent.objects.filter(kept | spoken, team=sample.team_id).distinct()
    refusals = {consent.refusal(at) for consent in consents}
    # Revoked says more than expired.
    return None if None in refusals else max((refusal for refusal in refusals if refusal), default=None)


def _refusal(voice: Voice, found: Outside, language_boost: str | None) -> VoiceRefusedError:
    fields = {
        "projects": "project",
        "languages": "settings.language_boost" if language_boost else "voice",
        "purposes": "purpose",
    }
    allowed = ", ".join(found.allowed)
    return VoiceRefusedError(
        f"The speaker of {voice.slug} did not consent to this use. {_WHAT_TO_DO[found.narrowing]}: {allowed}.",
        code="outside_consent",
        field=fields[found.narrowing],
        data={"allowed": list(found.allowed)},
    )
