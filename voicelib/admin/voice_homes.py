"""Buttons of a voice about its homes: which is preferred, one more, one less, and that undone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.rights import actor_of
from accounts.models import ProviderAccount
from voicelib.admin.deletions import can_be_deleted, can_be_kept, deletion_html
from voicelib.admin.home_forms import AddHomeForm, DeleteHomeForm, HomeForm, PreferForm, home_name
from voicelib.flows.deletion import ask_deletion
from voicelib.flows.homes import add_system_home, choose_primary
from voicelib.flows.retirement import undo_home_deletion
from voicelib.models import ProviderVoice, Voice

_WRITE = "voices:write"


class HomeButtons(ButtonsAdmin):
    """For the admin of voices, whose rows are read with their homes and deletions."""

    @button(_("Prefer an account"), icon="star", scope=_WRITE, when=lambda voice: bool(_not_deleted(voice)))
    def prefer(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            choose_primary(voice=voice, account=form.cleaned_data["account"], actor=actor_of(request))
            messages.success(request, _("Decided."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Whose home of %(name)s speaks?") % {"name": voice},
                submit=_("Decide"),
                icon="star",
                explanation=[
                    _(
                        "The home at the preferred account speaks wherever that account works; where it does not, the "
                        "best other home. Without a preference the surest home speaks, of equals the cheapest."
                    )
                ],
                facts=[(home_name(home), home.vendor_voice_id) for home in _not_deleted(voice)],
                make_form=lambda data, files: PreferForm(data, voice=voice),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Add a home"), icon="add_home", scope=_WRITE, when=lambda voice: _can_have_more(voice))
    def add_home(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            home = add_system_home(voice=voice, actor=actor_of(request), **form.cleaned_data)
            messages.success(request, _("It speaks at %(account)s too.") % {"account": home.provider_account})
            return to_page(voice)

        ids = [home.vendor_voice_id for home in voice.homes.all()]
        return ask(
            self,
            request,
            Question(
                title=_("Where does %(name)s speak too?") % {"name": voice},
                submit=_("Add the home"),
                icon="add_home",
                explanation=[_("A system voice speaks there at once: no fee, no deadline.")],
                facts=[(home.provider_account, home.vendor_voice_id) for home in voice.homes.all()],
                make_form=lambda data, files: AddHomeForm(
                    data, accounts=_without_home(voice), voice_id=ids[0] if ids else ""
                ),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Delete a home"), icon="delete", scope=_WRITE, when=lambda voice: bool(_deletable(voice)))
    def delete_home(self, request: HttpRequest, voice: Any) -> HttpResponse:
        homes = _deletable(voice)

        def act(form: Any) -> HttpResponse:
            hours = form.cleaned_data["undo_hours"]
            ask_deletion(
                home=form.chosen(),
                actor=actor_of(request),
                reason=form.cleaned_data["reason"],
                undo_seconds=hours * 3600,
            )
            messages.success(request, _("It speaks no more; its row tells what the provider says."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Delete a home of %(name)s") % {"name": voice},
                submit=_("Delete the home"),
                icon="delete",
                explanation=[
                    _(
                        "The provider is asked to remove the voice; only what it says is told here. Clips that were "
                        "made stay. Until it is asked, the deletion can be undone; its deadline runs on meanwhile."
                    ),
                    _("A fee that was paid for it is paid again if it is cloned there again."),
                ],
                facts=[(home_name(home), home.vendor_voice_id or "–") for home in homes],
                is_dangerous=True,
                make_form=lambda data, files: DeleteHomeForm(data, homes=homes, chosen=request.GET.get("home")),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Undo a deletion"), icon="undo", scope=_WRITE, when=lambda voice: bool(_kept(voice)))
    def undo_delete(self, request: HttpRequest, voice: Any) -> HttpResponse:
        homes = _kept(voice)

        def act(form: Any) -> HttpResponse:
            undo_home_deletion(home=form.chosen(), actor=actor_of(request))
            messages.success(request, _("It is what it was before."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Keep a home of %(name)s after all") % {"name": voice},
                submit=_("Undo the deletion"),
                icon="undo",
                explanation=[_("The provider has not been asked; the home has the deadline that it has there.")],
                facts=[(home_name(home), deletion_html(home)) for home in homes],
                make_form=lambda data, files: HomeForm(data, homes=homes, chosen=request.GET.get("home")),
                back=page_of(voice),
                act=act,
            ),
        )


def _not_deleted(voice: Voice) -> list[ProviderVoice]:
    return [home for home in voice.homes.all() if home.state != ProviderVoice.State.DELETED]


def _deletable(voice: Voice) -> list[ProviderVoice]:
    return [home for home in voice.homes.all() if can_be_deleted(home)]


def _kept(voice: Voice) -> list[ProviderVoice]:
    """Those of a retired voice come back together, by restoring it."""
    return [home for home in voice.homes.all() if voice.retired_at is None and can_be_kept(home)]


def _can_have_more(voice: Voice) -> bool:
    return voice.kind == Voice.Kind.SYSTEM and voice.retired_at is None and _without_home(voice).exists()


def _without_home(voice: Voice) -> QuerySet[ProviderAccount]:
    accounts = ProviderAccount.objects.filter(team_id=voice.team_id)
    return accounts.exclude(provider_voices__voice=voice).order_by("-is_default", "name")
