"""Voices: how they stand, what can be done about it, and what it costs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.asking import ButtonsAdmin, Question, ask, button, link_to, page_of, refusal_text, show, to_page
from accounts.admin.filters import by_row, by_value
from accounts.admin.rights import actor_of, payer_of
from accounts.admin.shown import NOTHING, error_html, moment, moment_html, money, number, two_lines
from accounts.errors import PlatformError
from accounts.flows.quotes import quote_fee
from accounts.models import Price, Project, ProviderAccount
from providers.errors import ProviderError
from voicelib.admin.consents import consent_pill
from voicelib.admin.homes import HomesInline
from voicelib.admin.recordings import recording
from voicelib.admin.samples import sample_player, tell_findings
from voicelib.admin.standing import Standing, State, standing_of
from voicelib.admin.voice_filters import StandingFilter
from voicelib.admin.voice_forms import ChangeVoiceForm, CloneForm, NewVoiceForm, PolicyForm, ProjectForm
from voicelib.flows.activation_orders import ask_activation, quote_keep, set_policy
from voicelib.flows.clone_orders import ask_clone, check_clone
from voicelib.flows.samples import add_sample
from voicelib.flows.voices import change_voice, create_voice, refusal_of
from voicelib.models import ProviderVoice, Voice
from voicelib.states import LIVING

_WRITE = "voices:write"


@admin.register(Voice)
class VoicesAdmin(ButtonsAdmin):
    read_scope = "voices:read"
    write_scope = _WRITE
    can_add = True
    list_display = ["shown_name", "language", "state", "deadline", "last_error", "consent_state", "team"]
    list_select_related = ["team", "consent", "sample"]
    list_filter = [StandingFilter, by_value("language", _("language")), by_row("team", _("team"))]
    link_lookups = frozenset({"consent__id__exact", "sample__id__exact"})
    search_fields = ["name", "slug", "language"]
    search_help_text = _("Name, slug, language")
    fieldsets = [
        (None, {"fields": ["state", "deadline", "last_error", "shown_slug", "language", "team"]}),
        (_("Where it comes from"), {"fields": ["sample_shown", "sample_heard", "consent_shown", "consent_state"]}),
        (_("Suspension"), {"fields": ["suspended", "suspended_reason"], "classes": ["vl-suspension"]}),
    ]
    readonly_fields = [
        "state", "deadline", "last_error", "shown_slug", "sample_shown", "sample_heard", "consent_shown",
        "consent_state", "suspended", "suspended_reason",
    ]  # fmt: skip
    inlines = [HomesInline]
    actions_detail = ["activate", "clone", "clone_again", "decide", "edit", "events"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voice]:
        rows: QuerySet[Voice] = super().get_queryset(request)
        homes = ProviderVoice.objects.select_related("provider_account").order_by("-id")
        return rows.select_related("team", "consent", "sample").prefetch_related(Prefetch("homes", homes))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None and obj.suspended_at is not None else fieldsets[:-1]

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "homes/<str:home_id>/preview/",
            self.admin_site.admin_view(self.preview),
            name="voicelib_providervoice_preview",
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest, home_id: str) -> HttpResponseBase:
        """What the provider spoke while cloning, for the player."""
        homes = ProviderVoice.objects.filter(id=home_id, voice__in=self.get_queryset(request))
        home = homes.select_related("voice__consent").first()
        if home is None or refusal_of(home.voice, clock.now()) is not None:
            raise Http404
        return recording(home.preview_key, home.id)

    @display(description=_("Voice"), ordering="name")
    def shown_name(self, voice: Voice) -> str:
        return two_lines(voice.name, voice.slug)

    @display(description=_("Slug"))
    def shown_slug(self, voice: Voice) -> str:
        return voice.slug

    @display(description=_("State"))
    def state(self, voice: Voice) -> str:
        return _standing(voice).pill(clock.now())

    @display(description=_("Time left"))
    def deadline(self, voice: Voice) -> Any:
        standing = _standing(voice)
        if standing.deadline is not None:
            return moment_html(standing.deadline, clock.now(), voice.team.time_zone)
        return _("for good") if standing.state == State.PERMANENT else NOTHING

    @display(description=_("Last error"))
    def last_error(self, voice: Voice) -> str:
        return error_html(_standing(voice).error)

    @display(description=_("Consent"))
    def consent_state(self, voice: Voice) -> str:
        return consent_pill(voice.consent)

    @display(description=_("Given by"))
    def consent_shown(self, voice: Voice) -> str:
        return link_to(voice.consent) or NOTHING

    @display(description=_("Sample"))
    def sample_shown(self, voice: Voice) -> str:
        return link_to(voice.sample) or NOTHING

    @display(description=_("Listen"))
    def sample_heard(self, voice: Voice) -> str:
        return sample_player(voice.sample)

    @display(description=_("Suspended"))
    def suspended(self, voice: Voice) -> str:
        return moment(voice.suspended_at, voice.team.time_zone)

    def ask_to_add(self, request: HttpRequest) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            values, actor = dict(form.cleaned_data), actor_of(request)
            file, sample = values.pop("file"), values.pop("sample")
            if file is not None:
                sample = add_sample(team=values["team"], actor=actor, file=file, name=values["name"])
                tell_findings(request, sample)
            consent = values.pop("consent")
            voice = create_voice(
                actor=actor,
                consent=consent.id if consent else None,
                sample=sample.id if sample else None,
                **values,
            )
            messages.success(request, _("The voice %(name)s is a draft. Clone it next.") % {"name": voice})
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Add voice"),
                submit=_("Add voice"),
                icon="record_voice_over",
                explanation=[_("Nothing is sent to a provider and nothing is paid until it is cloned.")],
                make_form=lambda data, files: NewVoiceForm(data, files, request=request, scope=_WRITE),
                act=act,
            ),
        )

    @button(
        _("Clone"), icon="content_copy", scope=_WRITE, when=lambda voice: _is_clonable(voice) and not _has_ended(voice)
    )
    def clone(self, request: HttpRequest, voice: Any) -> HttpResponse:
        return self._ask_clone(request, voice, {})

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
            facts=[(account.name, _fee_text(account)) for account in accounts],
            make_form=lambda data, files: CloneForm(data, accounts=accounts, initial=initial),
            back=page_of(voice),
            act=act,
            template="voicelib/clone.html",
        )
        return ask(self, request, question)

    @button(_("Activate now"), icon="bolt", scope=_WRITE, when=lambda voice: _to_activate(voice) is not None)
    def activate(self, request: HttpRequest, voice: Any) -> HttpResponse:
        home = _to_activate(voice)
        if home is None:
            return to_page(voice)

        def act(form: Any) -> HttpResponse:
            ask_activation(
                voice=voice,
                account=home.provider_account,
                actor=actor_of(request),
                payer=payer_of(request, voice.team_id, id_of(form.cleaned_data["project"])),
            )
            messages.success(request, _("The activation is on its way."))
            return to_page(voice)

        try:
            facts = _activation_cost(home)
        except (PlatformError, ProviderError) as refusal:
            messages.error(request, refusal_text(refusal) if isinstance(refusal, PlatformError) else str(refusal))
            return to_page(voice)
        return ask(
            self,
            request,
            Question(
                title=_("Activate %(name)s now") % {"name": voice},
                submit=_("Activate"),
                icon="bolt",
                explanation=[_("One short real synthesis makes the voice permanent. It costs:")],
                facts=facts,
                make_form=lambda data, files: ProjectForm(data, team_id=voice.team_id),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Policy"), icon="rule", scope=_WRITE, when=lambda voice: _to_activate(voice) is not None)
    def decide(self, request: HttpRequest, voice: Any) -> HttpResponse:
        home = _to_activate(voice)
        if home is None:
            return to_page(voice)

        def act(form: Any) -> HttpResponse:
            set_policy(voice=voice, account=home.provider_account, actor=actor_of(request), **form.cleaned_data)
            messages.success(request, _("Decided."))
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("What happens to %(name)s at its deadline?") % {"name": voice},
                submit=_("Decide"),
                icon="rule",
                facts=[
                    (_("Provider account"), home.provider_account),
                    (_("Dies"), moment_html(home.expires_at, clock.now(), voice.team.time_zone)),
                    (_("Keeping it costs"), _fee_text(home.provider_account)),
                ],
                make_form=lambda data, files: PolicyForm(
                    data, initial={"policy": home.policy, "on_silence": home.on_silence}
                ),
                back=page_of(voice),
                act=act,
            ),
        )

    @button(_("Change"), icon="edit", scope=_WRITE)
    def edit(self, request: HttpRequest, voice: Any) -> HttpResponse:
        def act(form: Any) -> HttpResponse:
            change_voice(voice=voice, actor=actor_of(request), changes=form.changes())
            return to_page(voice)

        return ask(
            self,
            request,
            Question(
                title=_("Change %(name)s") % {"name": voice},
                submit=_("Save"),
                icon="edit",
                explanation=[_("A valid consent in the place of one that ended ends the suspension.")],
                make_form=lambda data, files: ChangeVoiceForm(data, voice=voice),
                back=page_of(voice),
                act=act,
            ),
        )


def id_of(project: Project | None) -> str | None:
    """The id of a project that may not have been chosen."""
    return None if project is None else project.id


def _standing(voice: Voice) -> Standing:
    return standing_of(voice, voice.homes.all())


def _is_clonable(voice: Voice) -> bool:
    return voice.kind == Voice.Kind.CLONED


def _has_ended(voice: Voice) -> bool:
    """It had homes, and none of them lives."""
    states = {home.state for home in voice.homes.all()}
    return bool(states) and not states & LIVING


def _to_activate(voice: Voice) -> ProviderVoice | None:
    return next((home for home in voice.homes.all() if home.state in ProviderVoice.NOT_YET_ACTIVE), None)


def _fee_text(account: ProviderAccount) -> Any:
    quoted = quote_fee(account=account, unit=Price.Unit.CLONE, at=clock.now())
    if quoted is None:
        return _("no clone fee")
    fee, moment_charged = quoted
    when = _("once, at its first use") if moment_charged == Price.ChargedOn.FIRST_USE else _("at once, when cloning")
    return f"{money(fee.amount_micros, fee.currency)} · {when}"


def _activation_cost(home: ProviderVoice) -> list[tuple[Any, Any]]:
    quote = quote_keep(home=home, at=clock.now())
    fee = quote.fee
    return [
        (_("Provider account"), home.provider_account),
        (_("Billed characters"), number(quote.characters)),
        (_("Speech"), money(quote.amount.amount_micros, quote.amount.currency)),
        (_("Clone fee"), money(fee.amount.amount_micros, fee.amount.currency) if fee else _("none")),
    ]
