"""What a consent's page shows beside it: its text, who heard it, its proofs, and the certificate of a purge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts.admin.asking import link_to
from accounts.admin.asking_forms import DressedForm
from accounts.admin.shown import NOTHING, Pill, moment, player
from voicelib.flows.purges import certificate_of
from voicelib.models import Consent, ConsentFile, Deletion, Purge

_OUTCOMES = {
    Deletion.Outcome.PENDING: Pill("busy", "hourglass_top", _("Pending")),
    Deletion.Outcome.DELETED: Pill("good", "delete", _("Deleted")),
    Deletion.Outcome.NOT_OFFERED: Pill("warn", "block", _("Not offered")),
    Deletion.Outcome.NEVER_MADE: Pill("quiet", "remove", _("Never made")),
    Deletion.Outcome.UNNAMED: Pill("warn", "help", _("Cannot be named")),
    "kept": Pill("warn", "inventory_2", _("Kept")),
}


_OUTDATED = Pill("warn", "update", _("Newer"))
_HEARD = Pill("good", "hearing", _("Heard"))


class ProofForm(DressedForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=ConsentFile.Kind.choices)
    name = forms.CharField(label=_("Name"), max_length=200)
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(),
        help_text=_("Audio for a spoken statement; PDF, PNG, JPEG or audio as evidence. Up to 20 MB."),
    )


def proofs_html(consent: Consent) -> str:
    """The files of a consent: audio to be heard, all to be saved."""
    rows = list(consent.files.order_by("id"))
    kinds = dict(ConsentFile.Kind.choices)
    lines = [(_heard(row), _saved(row), kinds[ConsentFile.Kind(row.kind)], row.added_by) for row in rows]
    return (
        format_html_join("", '<div><span class="vl-two"><span>{} {}</span><small>{} · {}</small></span></div>', lines)
        or NOTHING
    )


def text_html(consent: Any) -> str:
    """The published text it was given with (of `with_newest`), and whether there is a newer version."""
    text = consent.statement_text
    if text is None:
        return NOTHING
    newer = consent.newest_version > text.version
    pill = _OUTDATED.html(f"v{consent.newest_version}") if newer else ""
    return format_html("{} {}", link_to(text), pill)


def heard_html(consent: Consent) -> str:
    """Every provider that heard the statement before it cloned."""
    zone = consent.team.time_zone
    lines = [
        (_HEARD.html(moment(row.heard_at, zone)), f"{row.voice} @ {row.provider_account}", row.accuracy, row.trace_id)
        for row in consent.hearings.order_by("id")
    ]
    return (
        format_html_join(
            "",
            '<div><span class="vl-two"><span>{} {}</span><small class="vl-code">{} · {}</small></span></div>',
            lines,
        )
        or NOTHING
    )


def certificate_html(consent: Consent) -> str:
    """What became of everything made under the consent, if it was purged."""
    if not Purge.objects.filter(consent=consent).exists():
        return NOTHING
    told = certificate_of(consent=consent)
    zone = consent.team.time_zone
    homes = [
        (_outcome(line["outcome"]), f"{line['voice']} @ {line['provider_account']}", _home_note(line, zone))
        for line in told.homes
    ]
    files = [(_outcome(line["outcome"]), f"{line['title']} ({line['kind']})", line["why"]) for line in told.files]
    return format_html_join(
        "", '<div><span class="vl-two"><span>{} {}</span><small>{}</small></span></div>', [*homes, *files]
    ) or format_html("{}", _("There was nothing to delete."))


def _home_note(line: dict[str, Any], zone: str) -> str:
    existed = {True: _("removed now"), False: _("the provider knows no such voice"), None: ""}[line["existed"]]
    parts = (line["provider_voice_id"], existed, moment(line["at"], zone) if line["at"] else "", line["why"])
    return " · ".join(str(part) for part in parts if part)


def _outcome(outcome: str) -> str:
    return _OUTCOMES[outcome].html()


def _heard(row: ConsentFile) -> str:
    if row.duration_ms is None:
        return ""
    return player(reverse("admin:voicelib_consent_audio", args=[row.consent_id, row.id]), row.name)


def _saved(row: ConsentFile) -> str:
    where = reverse("admin:voicelib_consent_file", args=[row.consent_id, row.id])
    return format_html('<a class="vl-link" href="{}">{}</a>', where, row.name)
