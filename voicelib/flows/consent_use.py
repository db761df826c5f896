"""Whether the speaker's consent allows a use: asked before anything is spent, and again before every call."""

from __future__ import annotations

from accounts.models import Project
from voicelib.consent_scope import Outside, Use, outside, spoken_language
from voicelib.errors import VoiceRefusedError
from voicelib.models import Voice

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
