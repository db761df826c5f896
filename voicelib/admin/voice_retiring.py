"""Buttons of a voice that take it out of use and bring it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin.asking import ButtonsAdmin, Question, ask, button, page_of, to_page
from accounts.admin.asking_forms import NameForm
from accounts.admin.rights import actor_of
from accounts.admin.shown import moment, money, number
from voicelib.admin.deletions import deletion_html
from voicelib.admin.home_forms import home_name
from voicelib.flows.retirement import MOST_UNDO_HOURS, Dependents, dependents_of, restore_voice, retire_voice

_WRITE = "voices:write"


class RetireForm(NameForm):
    undo_hours = forms.FloatField(
        label=_("Hours in which it can be undone"),
        initial=24,
        min_value=0,
        max_value=MOST_UNDO_HOURS,
        help_text=_("It is out of use at once; the providers are asked when they are over. 0: now."),
    )


class RetireButtons(ButtonsAdmin):
    """For the admin of voices."""

    @button(_("Retire"), icon="archive", scope=_WRITE, when=lambda voice: voice.retired_at is None)
    def retire(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            hours = form.cleaned_data["undo_hours"]
            reason = form.cleaned_data["reason"]
            retire_voice(voice=voice, actor=actor_of(request), reason=reason, undo_seconds=hours * 3600)
            messages.success(request, _("It is out of use; its homes tell what the providers say."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Retire %(name)s") % {"name": voice},
                submit=_("Retire"),
                icon="archive",
                explanation=[
                    _(
                        "It speaks no more, and every provider is asked to delete it. Clips that were made, its "
                        "samples, its history and the books stay."
                    )
                ],
                facts=_what_depends(dependents_of(voice=voice)),
                is_dangerous=True,
                make_form=lambda data, files: RetireForm(data, name=voice.name),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Restore"), icon="unarchive", scope=_WRITE, when=lambda voice: voice.retired_at is not None)
    def restore(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            restore_voice(voice=voice, actor=actor_of(request))
            messages.success(request, _("It is in use again."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Restore %(name)s") % {"name": voice},
                submit=_("Restore"),
                icon="unarchive",
                explanation=[_("Every home whose provider was not asked yet is what it was before.")],
                facts=[
                    (_("Retired"), moment(voice.retired_at, voice.team.time_zone)),
                    *((home_name(home), deletion_html(home)) for home in voice.homes.all()),
                ],
                back=page_of(voice),
                act=act,
            ),
        )


def _what_depends(found: Dependents) -> list[tuple[Any, Any]]:
    clips = [f"{number(count)} {state}" for state, count in sorted(found.clips.items())]
    homes = [(home_name(home), _fee(micros, currency)) for home, micros, currency in found.homes]
    return [
        (_("Clips, which stay"), " · ".join(clips) or _("none")),
        (_("Dictionaries they were asked with"), ", ".join(found.dictionaries) or _("none")),
        (_("Renderings that wait, and will fail"), number(found.waiting_renderings)),
        (_("Homes"), format_html_join("", "<div>{}<br><small>{}</small></div>", homes) or _("none")),
    ]


def _fee(micros: int | None, currency: str) -> Any:
    if micros is None:
        return _("no fee was paid for it")
    return _("%(fee)s was paid for it, and is paid again if it is cloned again") % {"fee": money(micros, currency)}
