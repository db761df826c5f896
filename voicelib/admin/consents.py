"""Who allowed what with their voice, until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

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
from accounts.admin.asking_forms import NameForm
from accounts.admin.filters import DropdownFilter, by_row
from accounts.admin.rights import actor_of
from accounts.admin.scoping import with_query
from accounts.admin.shown import NOTHING, Pill, moment, moment_html, relative
from voicelib.admin.consent_forms import NewConsentForm, RenewalForm, StatementSampleForm
from voicelib.admin.consent_proofs import ProofForm, certificate_html, heard_html, proofs_html, text_html
from voicelib.admin.recordings import recording
from voicelib.api.consent_files import saved_file
from voicelib.flows.consent_files import add_consent_file
from voicelib.flows.consent_renewals import renew_consent
from voicelib.flows.consents import give_consent, revoke_consent
from voicelib.flows.purges import ask_purge
from voicelib.flows.statement_samples import make_statement_sample
from voicelib.models import Consent, ConsentFile, Purge

_WRITE = "voices:write"
_SOON = timedelta(days=30)
_VALID = Pill("good", "verified_user", _("Valid"))
_ENDING = Pill("warn", "timer", _("Ends"))
_EXPIRED = Pill("bad", "timer_off", _("Expired"))
_REVOKED = Pill("bad", "block", _("Revoked"))
_SHOWN: list[Any] = [
    "speaker", "company", "state", "statement_shown", "text_shown", "heard", "locale", "scope_shown", "since", "until",
    "revoked", "voices_shown", "proofs", "certificate", "team",
]  # fmt: skip


class OutdatedFilter(DropdownFilter):
    title = _("words")
    parameter_name = "outdated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("true", _("outdated")), ("false", _("up to date"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("true", "false"):
            return queryset
        outdated = Consent.objects.outdated(is_outdated=self.value() == "true")
        return queryset.filter(id__in=outdated.values("id"))


@admin.register(Consent)
class ConsentsAdmin(ButtonsAdmin):
    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["speaker", "company", "state", "text_shown", "locale", "until", "voice_count", "team"]
    list_select_related = ["team", "statement_text"]
    list_filter = [OutdatedFilter, by_row("team", _("team"))]
    link_lookups = frozenset({"statement_text__id__exact"})
    search_fields = ["speaker", "company", "statement"]
    fields = _SHOWN
    readonly_fields = _SHOWN
    actions_detail = ["add_proof", "make_sample", "renew", "revoke", "purge", "clips", "events"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        rows: Any = super().get_queryset(request)
        shown: QuerySet[Consent] = rows.with_newest().annotate(voice_count=Count("voices"))
        return shown

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            consent = give_consent(actor=actor_of(request), **form.plain())
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

    @button(_("Make a sample"), icon="mic", scope=_WRITE, when=lambda consent: _may_be_sampled(consent))
    def make_sample(self, request: HttpRequest, consent: Any) -> HttpResponse:
        """Of what was spoken: to clone from, or to have the statement heard."""

        def act(form: Any) -> HttpResponse:
            kept = form.cleaned_data["file"]
            return to_page(make_statement_sample(consent=consent, kept=kept, actor=actor_of(request)))

        return ask(
            self,
            request,
            Question(
                title=_("Make a sample of the spoken statement of %(name)s") % {"name": consent.speaker},
                submit=_("Make sample"),
                icon="mic",
                explanation=[
                    _(
                        "A voice can be cloned from it, and a provider can be asked to hear the statement in it. The "
                        "proof itself stays as it is."
                    )
                ],
                make_form=lambda data, files: StatementSampleForm(data, consent=consent),
                back=page_of(consent),
                act=act,
            ),
        )

    @button(_("Renew"), icon="autorenew", scope=_WRITE, when=lambda consent: not _is_purged(consent))
    def renew(self, request: HttpRequest, consent: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            fresh = renew_consent(team=consent.team, consent_id=consent.id, actor=actor_of(request), **form.plain())
            messages.success(request, _("The voices stand under this consent now."))
            return to_page(fresh)

        return ask(
            self,
            request,
            Question(
                title=_("Renew the consent of %(name)s") % {"name": consent.speaker},
                submit=_("Record consent"),
                icon="autorenew",
                explanation=[
                    _(
                        "A consent is never changed: another one of the same speaker takes its place for all of its "
                        "voices, and ends their suspension."
                    )
                ],
                facts=[(_("Voices"), self.voices_shown(consent))],
                make_form=lambda data, files: RenewalForm(data, consent=consent),
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

    @display(description=_("Statement text"))
    def text_shown(self, consent: Any) -> str:
        return text_html(consent)

    @display(description=_("Heard by"))
    def heard(self, consent: Consent) -> str:
        return heard_html(consent)

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


def _may_be_sampled(consent: Consent) -> bool:
    """It holds, and something was spoken."""
    spoken = consent.files.filter(kind=ConsentFile.Kind.SPOKEN)
    return consent.refusal(clock.now()) is None and spoken.exists()


def _is_purged(consent: Consent) -> bool:
    return Purge.objects.filter(consent=consent).exists()


def _may_be_purged(consent: Consent) -> bool:
    """It has ended, and nobody asked for it before."""
    return consent.refusal(clock.now()) is not None and not _is_purged(consent)


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
