"""Who allowed what with their voice, until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, link_to, page_of, to_page
from accounts.admin.asking_forms import NameForm, TeamForm, moment_field
from accounts.admin.filters import by_row
from accounts.admin.rights import actor_of
from accounts.admin.scoping import with_query
from accounts.admin.shown import NOTHING, Pill, moment, moment_html, relative
from voicelib.admin.consent_proofs import ProofForm, certificate_html, proofs_html
from voicelib.admin.recordings import recording
from voicelib.api.consent_files import saved_file
from voicelib.flows.consent_files import add_consent_file
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.purges import ask_purge
from voicelib.models import Consent, ConsentFile, Purge

_WRITE = "voices:write"
_SOON = timedelta(days=30)
_VALID = Pill("good", "verified_user", _("Valid"))
_ENDING = Pill("warn", "timer", _("Ends"))
_EXPIRED = Pill("bad", "timer_off", _("Expired"))
_REVOKED = Pill("bad", "block", _("Revoked"))
_SHOWN: list[Any] = [
    "speaker", "company", "state", "statement_shown", "locale", "scope_shown", "since", "until", "revoked",
    "voices_shown", "proofs", "certificate", "team",
]  # fmt: skip


@admin.register(Consent)
class ConsentsAdmin(ButtonsAdmin):
    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["speaker", "company", "state", "locale", "until", "voice_count", "team"]
    list_select_related = ["team"]
    list_filter = [by_row("team", _("team"))]
    search_fields = ["speaker", "company", "statement"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions_detail = ["add_proof", "revoke", "purge", "clips", "events"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        rows: QuerySet[Consent] = super().get_queryset(request)
        return rows.annotate(voice_count=Count("voices"))

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            consent = give_consent(actor=actor_of(request), scope=form.scope(), **form.plain())
            messages.success(request, _("The consent of %(name)s is recorded.") % {"name": consent.speaker})
            return to_page(consent)

        return ask(
            self,
            request,
            Question(
                title=_("Add consent"),
                submit=_("Record consent"),
                icon="verified_user",
                explanation=[
                    _("Nothing is cloned without the speaker's consent; when it ends, the voice is suspended.")
                ],
                make_form=lambda data, files: NewConsentForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Revoke"), icon="block", scope=_WRITE, when=lambda consent: consent.revoked_at is None)
    def revoke(self, request: HttpRequest, consent: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            revoke_consent(
                team=consent.team,
                consent_id=consent.id,
                actor=actor_of(request),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("Revoked; its voices are suspended."))
            return to_page(consent)

        return ask(
            self,
            request,
            Question(
                title=_("Revoke the consent of %(name)s") % {"name": consent.speaker},
                submit=_("Revoke consent"),
                icon="block",
                explanation=[
                    _(
                        "Every voice made under it is suspended at once: nothing is made with it, nothing given out. "
                        "It cannot be undone; a new consent ends the suspension."
                    ),
                ],
                facts=[(_("Voices that fall silent"), self.voices_shown(consent))],
                is_dangerous=True,
                make_form=lambda data, files: NameForm(data, name=consent.speaker),
                back=page_of(consent),
                act=act,
            ),
        )

    @button(_("Add proof"), icon="attach_file", scope=_WRITE)
    def add_proof(self, request: HttpRequest, consent: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            add_consent_file(consent=consent, actor=actor_of(request), **form.cleaned_data)
            return to_page(consent)

        return ask(
            self,
            request,
            Question(
                title=_("Add a proof to the consent of %(name)s") % {"name": consent.speaker},
                submit=_("Upload"),
                icon="attach_file",
                explanation=[_("The statement as it was spoken, or a signed paper. It is kept for good, unchanged.")],
                make_form=ProofForm,
                back=page_of(consent),
                act=act,
            ),
        )

    @button(_("Purge"), icon="delete_forever", scope=_WRITE, when=lambda consent: _may_be_purged(consent))
    def purge(self, request: HttpRequest, consent: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            reason = form.cleaned_data["reason"]
            ask_purge(team=consent.team, consent_id=consent.id, actor=actor_of(request), reason=reason)
            messages.success(request, _("It is being deleted; the certificate on this page tells how it goes."))
            return to_page(consent)

        return ask(
            self,
            request,
            Question(
                title=_("Delete everything made under the consent of %(name)s") % {"name": consent.speaker},
                submit=_("Delete for good"),
                icon="delete_forever",
                explanation=[
                    _(
                        "Its voices are deleted at their providers, their samples and previews here. It cannot be "
                        "undone. Clips that were made, the consent and the books stay."
                    ),
                ],
                facts=[(_("Voices"), self.voices_shown(consent))],
                is_dangerous=True,
                make_form=lambda data, files: NameForm(data, name=consent.speaker),
                back=page_of(consent),
                act=act,
            ),
        )

    @button(_("Clips"), icon="graphic_eq", scope="clips:read")
    def clips(self, request: HttpRequest, consent: Any) -> HttpResponse:
        """Every clip made under it, in the list of clips."""
        return HttpResponseRedirect(
            with_query(reverse("admin:synthesis_clip_changelist"), consent__id__exact=consent.id)
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<str:object_id>/files/<str:file_id>/", view(self.file), name="voicelib_consent_file"),
            path("<str:object_id>/files/<str:file_id>/audio/", view(self.audio), name="voicelib_consent_audio"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, object_id: str, file_id: str) -> HttpResponse:
        """A proof, to be saved."""
        return saved_file(self._file_of(request, object_id, file_id))

    def audio(self, request: HttpRequest, object_id: str, file_id: str) -> HttpResponseBase:
        """A spoken statement, for the player."""
        kept = self._file_of(request, object_id, file_id)
        if kept.duration_ms is None:
            raise Http404
        return recording(kept.storage_key, kept.id)

    def _file_of(self, request: HttpRequest, object_id: str, file_id: str) -> ConsentFile:
        consent = self.get_object(request, object_id)
        kept = None if consent is None else ConsentFile.objects.filter(consent=consent, id=file_id).first()
        if kept is None:
            raise Http404
        return kept

    @display(description=_("Proofs"))
    def proofs(self, consent: Consent) -> str:
        return proofs_html(consent)

    @display(description=_("Certificate of deletion"))
    def certificate(self, consent: Consent) -> str:
        return certificate_html(consent)

    @display(description=_("State"))
    def state(self, consent: Consent) -> str:
        return consent_pill(consent)

    @display(description=_("Statement"))
    def statement_shown(self, consent: Consent) -> str:
        return format_html('<div class="vl-wrap">{}</div>', consent.statement)

    @display(description=_("Narrowed to"))
    def scope_shown(self, consent: Consent) -> str:
        if not consent.scope:
            return NOTHING
        return format_html_join("; ", "{}: {}", ((key, ", ".join(names)) for key, names in consent.scope.items()))

    @display(description=_("Valid from"), ordering="valid_from")
    def since(self, consent: Consent) -> str:
        return moment(consent.valid_from, consent.team.time_zone)

    @display(description=_("Valid until"), ordering="valid_until")
    def until(self, consent: Consent) -> Any:
        if consent.valid_until is None:
            return _("until revoked")
        return moment_html(consent.valid_until, clock.now(), consent.team.time_zone)

    @display(description=_("Revoked"))
    def revoked(self, consent: Consent) -> str:
        return moment(consent.revoked_at, consent.team.time_zone)

    @display(description=_("Voices"), ordering="voice_count")
    def voice_count(self, consent: Any) -> int:
        return int(consent.voice_count)

    @display(description=_("Voices"))
    def voices_shown(self, consent: Consent) -> str:
        return format_html_join(", ", "{}", ((link_to(voice),) for voice in consent.voices.order_by("name"))) or NOTHING


class NewConsentForm(TeamForm):
    speaker = forms.CharField(label=_("Speaker"), max_length=200)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    statement = forms.CharField(
        label=_("Statement"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What the speaker agreed to, in the words used."),
    )
    locale = forms.CharField(label=_("Locale"), max_length=35, initial="en", help_text=_("e.g. en, en-GB, zh-Hans-CN"))
    valid_until = moment_field(label=_("Valid until (UTC)"), required=False, help_text=_("Empty: until revoked."))
    projects = forms.CharField(label=_("Only for projects"), required=False, help_text=_("Names, separated by commas."))
    languages = forms.CharField(label=_("Only in languages"), required=False)
    purposes = forms.CharField(label=_("Only for purposes"), required=False)

    def scope(self) -> dict[str, list[str]]:
        """What the consent is narrowed to, as the flow takes it."""
        typed = {name: self.cleaned_data[name].split(",") for name in _NARROWINGS if self.cleaned_data[name]}
        return {name: [item.strip() for item in items if item.strip()] for name, items in typed.items()}

    def plain(self) -> dict[str, Any]:
        """Everything else."""
        return {name: value for name, value in self.cleaned_data.items() if name not in _NARROWINGS}


_NARROWINGS = ("projects", "languages", "purposes")


def _may_be_purged(consent: Consent) -> bool:
    """It has ended, and nobody asked for it before."""
    return consent.refusal(clock.now()) is not None and not Purge.objects.filter(consent=consent).exists()


def consent_pill(consent: Consent | None) -> str:
    """The state of a consent, with the time that is left when it ends soon."""
    if consent is None:
        return Pill("warn", "gpp_maybe", _("No consent")).html()
    at = clock.now()
    refusal = consent.refusal(at)
    if refusal is not None:
        return (_REVOKED if refusal == "consent_revoked" else _EXPIRED).html()
    if consent.valid_until is not None and consent.valid_until - at < _SOON:
        return _ENDING.html(relative(consent.valid_until, at))
    return _VALID.html()
