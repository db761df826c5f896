"""Buttons of a voice that keep it: now, or by a decision beforehand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.rights import actor_of, payer_of
from voicelib.admin.fees import activation_text, id_of, standing_decision
from voicelib.admin.home_forms import ActivateForm, DecideForm, home_name
from voicelib.flows.activation_orders import ask_activation, set_policy
from voicelib.models import ProviderVoice, Voice

_WRITE = "voices:write"
_DECIDABLE = (*ProviderVoice.NOT_YET_ACTIVE, ProviderVoice.State.CLONING, ProviderVoice.State.PERMANENT)


class KeepButtons(ButtonsAdmin):
    """For the admin of voices. `?home=` chooses beforehand which home is meant."""

    @button(_("Activate now"), icon="bolt", scope=_WRITE, when=lambda voice: bool(_to_activate(voice)))
    def activate(self, request: HttpRequest, voice: Any) -> HttpResponse:
        homes = _to_activate(voice)

        def act(form: Any) -> HttpResponse:
            ask_activation(
                voice=voice,
                account=form.chosen().provider_account,
                actor=actor_of(request),
                payer=payer_of(request, voice.team_id, id_of(form.cleaned_data["project"])),
            )
            messages.success(request, _("The activation is on its way."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Activate %(name)s now") % {"name": voice},
                submit=_("Activate"),
                icon="bolt",
                explanation=[_("One short real synthesis makes the voice permanent. It costs:")],
                facts=[(home_name(home), activation_text(home)) for home in homes],
                make_form=lambda data, files: ActivateForm(
                    data, voice=voice, homes=homes, chosen=request.GET.get("home")
                ),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Policy"), icon="rule", scope=_WRITE, when=lambda voice: bool(_to_decide(voice)))
    def decide(self, request: HttpRequest, voice: Any) -> HttpResponse:
        homes = _to_decide(voice)

        def act(form: Any) -> HttpResponse:
            account = form.chosen().provider_account
            set_policy(voice=voice, account=account, actor=actor_of(request), **form.decision())
            messages.success(request, _("Decided."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("What happens to %(name)s at its deadline, and if it is lost?") % {"name": voice},
                submit=_("Decide"),
                icon="rule",
                facts=[(home_name(home), standing_decision(home)) for home in homes],
                make_form=lambda data, files: DecideForm(data, homes=homes, chosen=request.GET.get("home")),
                back=page_of(voice),
                act=act,
            ),
        )


def _to_activate(voice: Voice) -> list[ProviderVoice]:
    return [home for home in voice.homes.all() if home.state in ProviderVoice.NOT_YET_ACTIVE]


def _to_decide(voice: Voice) -> list[ProviderVoice]:
    """Those about which a decision can still be taken, those that may die first."""
    if voice.kind != Voice.Kind.CLONED:
        return []
    homes = [home for home in voice.homes.all() if home.state in _DECIDABLE]
    return sorted(homes, key=lambda home: _DECIDABLE.index(home.state))
