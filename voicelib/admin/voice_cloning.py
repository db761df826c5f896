"""Buttons of a voice that make a clone of it: for the first time, or again after it ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, show, to_page
from accounts.admin.rights import actor_of, payer_of
from accounts.models import ProviderAccount
from voicelib.admin.fees import fee_text, id_of
from voicelib.admin.voice_forms import CloneForm
from voicelib.flows.clone_orders import ask_clone, check_clone
from voicelib.flows.defaults import defaults_of
from voicelib.models import Voice
from voicelib.states import LIVING

_WRITE = "voices:write"


class CloneButtons(ButtonsAdmin):
    """For the admin of voices."""

    @button(
        _("Clone"), icon="content_copy", scope=_WRITE, when=lambda voice: _is_clonable(voice) and not _has_ended(voice)
    )
    def clone(self, request: HttpRequest, voice: Any) -> HttpResponse:
        defaults = defaults_of(voice.team_id)
        return self._ask_clone(request, voice, {"policy": defaults.policy, "on_silence": defaults.on_silence})

    @button(
        _("Clone again"), icon="restart_alt", scope=_WRITE, when=lambda voice: _is_clonable(voice) and _has_ended(voice)
    )
    def clone_again(self, request: HttpRequest, voice: Any) -> HttpResponse:
        ended = voice.homes.all()[0]
        return self._ask_clone(
            request,
            voice,
            {
                "account": ended.provider_account_id,
                "model": ended.model,
                "preview_text": ended.preview_text,
                "policy": ended.policy,
                "on_silence": ended.on_silence,
                "revival": ended.revival,
                **ended.options,
            },
        )

    def _ask_clone(self, request: HttpRequest, voice: Voice, initial: dict[str, Any]) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            payer = payer_of(request, voice.team_id, id_of(form.cleaned_data["project"]))
            order = {"voice": voice, "actor": actor_of(request), "payer": payer, **form.order()}
            if "check" in request.POST:
                return show(self, request, question, form, findings=check_clone(**order))
            ask_clone(**order)
            messages.success(request, _("The clone is ordered; this page shows how it goes."))
            return to_page(voice)

        accounts = list(ProviderAccount.objects.filter(team_id=voice.team_id).order_by("-is_default", "name"))
        question = Question(
            title=_("Clone %(name)s") % {"name": voice},
            submit=_("Clone"),
            icon="content_copy",
            explanation=[
                _(
                    "A fresh clone dies unless it speaks once before its deadline. That first real use makes it "
                    "permanent and triggers the clone fee, where the price says so."
                ),
                _(
                    "The policy decides beforehand whether the platform keeps it in time: always keep pays the "
                    "fee; ask waits for you and does what you say under “on silence”; let lapse pays nothing."
                ),
                _("“Check” holds every rule against the order without paying or sending anything."),
            ],
            facts=[(account.name, fee_text(account)) for account in accounts],
            make_form=lambda data, files: CloneForm(data, accounts=accounts, initial=initial),
            back=page_of(voice),
            act=act,
            template="voicelib/clone.html",
        )
        return ask(self, request, question)


def _is_clonable(voice: Voice) -> bool:
    return voice.kind == Voice.Kind.CLONED and voice.retired_at is None


def _has_ended(voice: Voice) -> bool:
    """It had homes, and none of them lives."""
    states = {home.state for home in voice.homes.all()}
    return bool(states) and not states & LIVING
