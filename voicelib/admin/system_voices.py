"""System voices: the catalogue, what accounts have shown, and taking one into the library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.asking_forms import TeamForm
from accounts.admin.filters import by_value
from accounts.admin.rights import actor_of, rights_of
from accounts.admin.scoping import choices_for, scoped
from accounts.admin.shown import NOTHING, Pill, relative
from accounts.models import ProviderAccount
from voicelib.flows.system_voices import add_system_voice, import_system_voices, providers_sharing
from voicelib.models import ProviderVoice, SystemVoice, SystemVoiceSighting

_WRITE = "voices:write"
_LISTED = Pill("good", "check_circle", _("listed"))
_GONE = Pill("warn", "visibility_off", _("not listed any more"))
_SHOWN: list[Any] = ["shown_id", "shown_name", "language", "gender", "seen", "clients", "accounts"]


@admin.register(SystemVoice)
class SystemVoicesAdmin(ButtonsAdmin):
    """Everybody reads the published list and what their own teams' accounts have shown."""

    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["shown_name", "shown_id", "language", "gender", "clients", "accounts"]
    list_select_related = False
    list_filter = [
        by_value("language", _("language")),
        by_value("gender", _("gender"), dict(SystemVoice.Gender.choices)),
    ]
    search_fields = ["voice_id", "name", "default_of"]
    search_help_text = _("Id, name, or a client that sends it by default")
    fieldsets = [(None, {"fields": _SHOWN})]
    readonly_fields = _SHOWN
    actions_detail = ["add_to_library"]
    ordering = ["voice_id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SystemVoice]:
        accounts = scoped(ProviderAccount.objects.all(), request, "team_id", self.read_scope)
        sightings = SystemVoiceSighting.objects.filter(provider_account__in=accounts)
        shown = Prefetch("sightings", sightings.select_related("provider_account").order_by("provider_account__name"))
        return SystemVoice.objects.known_to(accounts).prefetch_related(shown).order_by(*self.ordering)

    def may(self, request: HttpRequest, scope: str, obj: Model | None = None) -> bool:
        # The rows belong to no team: what is done with one is asked for in the team it is done in.
        return bool(scope) and rights_of(request).anywhere(scope)

    @display(description=_("Name"), ordering="name")
    def shown_name(self, voice: SystemVoice) -> str:
        named = (sighting.name for sighting in voice.sightings.all() if sighting.name)
        return voice.name or next(named, NOTHING)

    @display(description=_("Provider voice id"), ordering="voice_id")
    def shown_id(self, voice: SystemVoice) -> str:
        # Spaces at its end are part of it.
        return format_html('<code class="vl-code vl-exact">{}</code>', voice.voice_id)

    @display(description=_("Default of"))
    def clients(self, voice: SystemVoice) -> str:
        return ", ".join(voice.default_of) or NOTHING

    @display(description=_("Shown by"))
    def accounts(self, voice: SystemVoice) -> str:
        now = clock.real_now()
        shown = [
            (
                sighting.provider_account,
                (_LISTED if sighting.is_listed else _GONE).html(relative(sighting.last_seen_at, now)),
            )
            for sighting in voice.sightings.all()
        ]
        return format_html_join(" ", '<span class="vl-two"><span>{}</span>{}</span>', shown) or NOTHING

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            account = form.cleaned_data["account"]
            found = import_system_voices(account=account, actor=actor_of(request))
            text = _("%(name)s lists %(listed)d system voices: %(added)d new, %(vanished)d not listed any more.")
            told = {"name": account, "listed": found.listed, "added": found.added, "vanished": found.vanished}
            messages.success(request, text % told)
            return HttpResponseRedirect(reverse("admin:voicelib_systemvoice_changelist"))

        return ask(
            self,
            request,
            Question(
                title=_("Import system voices"),
                submit=_("Import"),
                icon="download",
                explanation=[
                    _("The account is asked for its list, by a call that costs nothing."),
                    _("Voices that it does not list any more are marked; nothing is deleted."),
                ],
                make_form=lambda data, files: AccountForm(data, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(_("Add to library"), icon="library_add", scope=_WRITE)
    def add_to_library(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            values = dict(form.cleaned_data)
            made = add_system_voice(actor=actor_of(request), voice_id=voice.voice_id, **values)
            messages.success(request, _("The voice %(name)s speaks.") % {"name": made})
            return to_page(made)

        name = voice.name or voice.voice_id.strip()
        initial = {"name": name, "slug": _slug(voice.voice_id), "language": voice.language}
        return ask(
            self,
            request,
            Question(
                title=_("Add %(name)s to the library") % {"name": voice},
                submit=_("Add to library"),
                icon="library_add",
                explanation=[_("It speaks at once and for good: nobody's consent, no clone fee, no deadline.")],
                facts=[(_("Provider voice id"), self.shown_id(voice))],
                make_form=lambda data, files: LibraryForm(
                    data, request=request, scope=_WRITE, provider=voice.provider, initial=initial
                ),
                back=page_of(voice),
                act=act,
            ),
        )


class AccountForm(TeamForm):
    """Which provider account, of which team."""

    account = forms.ModelChoiceField(label=_("Provider account"), queryset=ProviderAccount.objects.none())

    def __init__(self, data: Any, *, request: HttpRequest, scope: str, provider: str = "", **kwargs: Any) -> None:
        super().__init__(data, request=request, scope=scope, **kwargs)
        rows = choices_for(ProviderVoice._meta.get_field("provider_account"), request)
        rows = scoped(rows, request, "team_id", scope)
        chosen = rows.filter(provider__in=providers_sharing(provider)) if provider else rows
        self.fields["account"].queryset = chosen.order_by("-is_default", "name")  # type: ignore[attr-defined]


class LibraryForm(AccountForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.CharField(
        label=_("Slug"), max_length=64, help_text=_("How services name it. Lower case, digits, hyphens; never changes.")
    )
    language = forms.CharField(label=_("Language"), max_length=35, help_text=_("e.g. en, zh, ja"))
    field_order = ["team", "account", "name", "slug", "language"]


def _slug(voice_id: str) -> str:
    """A slug to begin with; the id itself stays as it is."""
    return slugify(voice_id).replace("_", "-")[:64].strip("-")
