"""The voicelib part of /api/v1."""

from __future__ import annotations

from django.urls import path

from voicelib.api.consent_files import ConsentFilesView, ConsentFileView, StatementSampleView
from voicelib.api.consents import ConsentsView, ConsentView, RenewConsentView, RevokeConsentView
from voicelib.api.dictionaries import (
    DictionariesView,
    DictionaryView,
    PublishView,
    RulesView,
    RuleView,
    VersionsView,
    VersionView,
)
from voicelib.api.forecast import ForecastView, TimelineView
from voicelib.api.listening import PreviewView, SampleAudioView
from voicelib.api.provider_shelf import AdoptVoiceView, SyncView, UnfreezeView
from voicelib.api.purges import PurgeConsentView
from voicelib.api.retirement import DependentsView, RestoreVoiceView, RetireVoiceView
from voicelib.api.sample_uploads import CompleteUploadView, SampleUploadsView
from voicelib.api.samples import DeriveView, PeaksView, SamplesView, SampleView
from voicelib.api.statement_texts import BuiltInTextsView, StatementTextsView, StatementVersionsView
from voicelib.api.system_voices import ImportSystemVoicesView, SystemVoicesView
from voicelib.api.voice_defaults import VoiceDefaultsView
from voicelib.api.voice_homes import HomeView, PrimaryHomeView, SystemHomesView, UndoDeletionView
from voicelib.api.voice_samples import ChooseSampleView, VoiceSamplesView, VoiceSampleView
from voicelib.api.voices import (
    ActivateVoiceView,
    CheckCloneView,
    CloneVoiceView,
    VoicePolicyView,
    VoicesView,
    VoiceView,
)

urlpatterns = [
    path("samples", SamplesView.as_view()),
    path("samples/uploads", SampleUploadsView.as_view()),
    path("samples/uploads/<slug:upload_id>/complete", CompleteUploadView.as_view()),
    path("samples/<slug:sample_id>", SampleView.as_view()),
    path("samples/<slug:sample_id>/audio", SampleAudioView.as_view()),
    path("samples/<slug:sample_id>/peaks", PeaksView.as_view()),
    path("samples/<slug:sample_id>/derive", DeriveView.as_view()),
    path("statement-texts", StatementTextsView.as_view()),
    path("statement-texts/built-in", BuiltInTextsView.as_view()),
    path("statement-texts/<slug:name>/versions", StatementVersionsView.as_view()),
    path("consents", ConsentsView.as_view()),
    path("consents/<slug:consent_id>", ConsentView.as_view()),
    path("consents/<slug:consent_id>/revoke", RevokeConsentView.as_view()),
    path("consents/<slug:consent_id>/renew", RenewConsentView.as_view()),
    path("consents/<slug:consent_id>/files", ConsentFilesView.as_view()),
    path("consents/<slug:consent_id>/files/<slug:file_id>", ConsentFileView.as_view()),
    path("consents/<slug:consent_id>/files/<slug:file_id>/sample", StatementSampleView.as_view()),
    path("consents/<slug:consent_id>/purge", PurgeConsentView.as_view()),
    path("system-voices", SystemVoicesView.as_view()),
    path("provider-accounts/<slug:account>/system-voices/import", ImportSystemVoicesView.as_view()),
    path("provider-accounts/<slug:account>/sync", SyncView.as_view()),
    path("provider-accounts/<slug:account>/adopt", AdoptVoiceView.as_view()),
    path("provider-accounts/<slug:account>/unfreeze", UnfreezeView.as_view()),
    path("forecast", ForecastView.as_view()),
    path("voice-defaults", VoiceDefaultsView.as_view()),
    path("voices", VoicesView.as_view()),
    path("voices/<slug:slug>", VoiceView.as_view()),
    path("voices/<slug:slug>/dependents", DependentsView.as_view()),
    path("voices/<slug:slug>/retire", RetireVoiceView.as_view()),
    path("voices/<slug:slug>/restore", RestoreVoiceView.as_view()),
    path("voices/<slug:slug>/timeline", TimelineView.as_view()),
    path("voices/<slug:slug>/samples", VoiceSamplesView.as_view()),
    path("voices/<slug:slug>/samples/<slug:sample_id>", VoiceSampleView.as_view()),
    path("voices/<slug:slug>/samples/<slug:sample_id>/choose", ChooseSampleView.as_view()),
    path("voices/<slug:slug>/clone", CloneVoiceView.as_view()),
    path("voices/<slug:slug>/clone/check", CheckCloneView.as_view()),
    path("voices/<slug:slug>/activate", ActivateVoiceView.as_view()),
    path("voices/<slug:slug>/policy", VoicePolicyView.as_view()),
    path("voices/<slug:slug>/primary", PrimaryHomeView.as_view()),
    path("voices/<slug:slug>/homes", SystemHomesView.as_view()),
    path("voices/<slug:slug>/homes/<slug:account>", HomeView.as_view()),
    path("voices/<slug:slug>/homes/<slug:account>/undo", UndoDeletionView.as_view()),
    path("voices/<slug:slug>/homes/<slug:account>/preview", PreviewView.as_view()),
    path("dictionaries", DictionariesView.as_view()),
    path("dictionaries/<slug:slug>", DictionaryView.as_view()),
    path("dictionaries/<slug:slug>/rules", RulesView.as_view()),
    path("dictionaries/<slug:slug>/rules/<slug:rule_id>", RuleView.as_view()),
    path("dictionaries/<slug:slug>/publish", PublishView.as_view()),
    path("dictionaries/<slug:slug>/versions", VersionsView.as_view()),
    path("dictionaries/<slug:slug>/versions/<int:number>", VersionView.as_view()),
]
