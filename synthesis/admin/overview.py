"""What the dashboard tells about clips: which failed."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.scoping import scoped
from synthesis.models import Clip


def failed(request: HttpRequest) -> QuerySet[Clip]:
    """Failed clips, the newest first."""
    clips = scoped(Clip.objects.filter(state=Clip.State.FAILED), request, "team_id", "clips:read")
    return clips.select_related("team", "voice").order_by("-id")
