"""Every rule is told before the order, by the same rules that refuse it."""

import io

import pytest
from django.core.files.storage import storages

from accounts.errors import PlatformError
from accounts.models import Budget, Event, Hold, Price
from tests.cast import Api, make_account, make_token
from tests.voicelib.sounds import as_webm, bursts
from voicelib.clone_options import CloneOptions
from voicelib.flows.clone_orders import ask_clone, check_clone
from voicelib.flows.cloning import clone_home
from voicelib.flows.consents import revoke_consent
from voicelib.flows.samples import add_sample, read_sample
from voicelib.models import ProviderVoice, Sample


@pytest.fixture
def add(cast, actor):
    def add(content: bytes, **wishes) -> Sample:
        return add_sample(team=cast.team, actor=actor, file=io.BytesIO(content), name="Ada", **wishes)

    return add


@pytest.fixture
def check(cast, actor, payer, voice):
    """`check(**wishes)` → severity by code."""

    def check(**wishes):
        account = wishes.pop("account", cast.account)
        found = check_clone(voice=voice, account=account, actor=actor, payer=payer, **wishes)
        return {finding.code: finding.severity for finding in found}

    return check


@pytest.fixture
def prompt(add):
    return add(bursts(5), purpose="prompt")


def errors(found):
    return [code for code, severity in found.items() if severity == "error"]


def test_a_good_order_has_no_error_and_leaves_nothing(check, voice):
    before = Event.objects.count()
    assert errors(check(preview_text="Hello.")) == []
    assert (ProviderVoice.objects.count(), Hold.objects.count(), Event.objects.count()) == (0, 0, before)


def test_nothing_reaches_the_provider(check, vendor):
    check(preview_text="Hello.")
    assert (vendor.requests("voice_clone"), vendor.requests("files_upload")) == (0, 0)


def revoke(voice, actor, **_):
    revoke_consent(team=voice.team, consent_id=voice.consent_id, actor=actor)


def lose_the_sample(voice, **_):
    storages["samples"].delete(voice.sample.storage_key)


def take_the_sample(voice, **_):
    voice.sample = None


def take_the_consent(voice, **_):
    voice.consent = None


def fill_the_budget(voice, cast, **_):
    Budget.objects.create(team=cast.team, scope="team", target_id=cast.team.id, characters=3)


def take_the_prices(voice, **_):
    Price.objects.all().delete()


@pytest.mark.parametrize(
    ("spoil", "wish", "code"),
    [
        (revoke, {}, "voice_suspended"),
        (lose_the_sample, {}, "sample_not_stored"),
        (take_the_sample, {}, "sample_missing"),
        (take_the_consent, {}, "consent_missing"),
        (None, {"policy": "sometimes"}, "invalid_input"),
        (None, {"model": "speech-99"}, "model_unknown"),
        (None, {"preview_text": "x" * 1001}, "preview_too_long"),
        (fill_the_budget, {"preview_text": "More than three."}, "budget_exceeded"),
        (take_the_prices, {"preview_text": "Unpriced."}, "price_missing"),
        (None, {"options": CloneOptions(prompt_sample="nowhere", prompt_text="Hm.")}, "sample_unknown"),
        (None, {"options": CloneOptions(accuracy=0.5)}, "invalid_input"),
        (None, {"options": CloneOptions(language_boost="Klingon")}, "unsupported"),
    ],
)
def test_what_is_told_is_what_is_refused(cast, check, voice, actor, payer, spoil, wish, code):
    if spoil:
        spoil(voice=voice, actor=actor, cast=cast)
        voice.refresh_from_db(fields=["suspended_at", "suspended_reason"])
    told = errors(check(**wish))
    with pytest.raises(PlatformError) as refused:
        ask_clone(voice=voice, account=cast.account, actor=actor, payer=payer, **wish)
    assert told[0] == refused.value.code == code


def test_a_second_home_is_told(check, clone):
    clone()
    assert errors(check()) == ["home_exists"]


def test_all_that_is_wrong_is_told_at_once(check, voice):
    voice.consent = None
    found = check(policy="sometimes", model="speech-99", options=CloneOptions(prompt_sample="nowhere"))
    assert errors(found) == ["consent_missing", "invalid_input", "sample_unknown", "model_unknown"]


def test_every_option_a_provider_does_not_know_is_told(cast, actor, payer, voice, prompt):
    account = make_account(cast.team, slug="ws", provider="wavespeed", is_default=False)
    options = CloneOptions(prompt_sample=prompt.id, prompt_text="Hm.", text_validation="Hello", language_boost="auto")
    found = check_clone(voice=voice, account=account, actor=actor, payer=payer, options=options)
    refused = {finding.field for finding in found if finding.code == "unsupported"}
    assert refused == {"clone_prompt", "text_validation", "language_boost"}


@pytest.mark.parametrize("text", ["No full stop", ""])
def test_the_words_of_a_prompt_end_in_punctuation(check, prompt, text):
    options = CloneOptions(prompt_sample=prompt.id, prompt_text=text)
    assert errors(check(options=options)) == ["invalid_input"]


def test_a_prompt_of_eight_seconds_is_too_long(check, sample):
    options = CloneOptions(prompt_sample=sample.id, prompt_text="Sixteen seconds are no prompt.")
    assert errors(check(options=options)) == ["invalid_input"]


def test_what_refuses_nothing_is_a_warning(cast, check, clone, make_voice, sample):
    clone(of=make_voice("twin"))
    type(cast.account).objects.update(finding="The key is of another region.")
    cast.account.refresh_from_db()
    Sample.objects.update(findings=[{"code": "noisy", "severity": "warning", "message": "Noise."}])
    sample.refresh_from_db()
    found = check()
    assert errors(found) == []
    assert {"sample_cloned_before", "account_finding"} <= {code for code, s in found.items() if s == "warning"}
    assert found["fee_at_first_use"] == "info"


def test_a_format_the_provider_does_not_take_is_made_over_and_cloned(cast, actor, payer, voice, add, check, vendor):
    recorded = add(as_webm(bursts(12, floor=0.001)))
    voice.sample = recorded
    voice.save()
    assert check()["sample_made_over"] == "info"
    assert Sample.objects.filter(parent=recorded).count() == 0
    home = ask_clone(voice=voice, account=cast.account, actor=actor, payer=payer)
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert (home.state, home.sample_id) == ("temporary", recorded.id)
    handed = Sample.objects.get(id=home.handed_over_id)
    assert (handed.parent_id, handed.format) == (recorded.id, "wav")
    asked = Event.objects.get(kind="voice.clone_asked")
    assert asked.data["made_over"]["container"] == "wav"
    assert list(vendor.voices()) == [home.vendor_voice_id]


def test_another_sample_chosen_meanwhile_does_not_change_what_was_ordered(cast, order_clone, voice, add, sample):
    home = order_clone()
    voice.sample = add(bursts(20))
    voice.save()
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.handed_over_id == sample.id


def test_the_options_reach_the_provider(order_clone, prompt, vendor):
    options = CloneOptions(
        prompt_sample=prompt.id,
        prompt_text="This is how I speak.",
        noise_reduction=True,
        volume_normalization=True,
        language_boost="English",
    )
    home = order_clone(options=options)
    assert home.options["prompt_text"] == "This is how I speak."
    clone_home(provider_voice_id=home.id)
    home.refresh_from_db()
    assert home.state == "temporary", home.last_error
    body = vendor.bodies("voice_clone")[-1]
    assert body["clone_prompt"]["prompt_text"] == "This is how I speak."
    assert (body["need_noise_reduction"], body["need_volume_normalization"], body["language_boost"]) == (
        True, True, "English",
    )  # fmt: skip


def test_it_is_asked_over_rest(cast, voice, prompt):
    api = Api(make_token(cast.editor, cast.team))
    good = {
        "preview_text": "Hello.", "clone_prompt": {"sample": prompt.id, "text": "This is how I speak."},
        "noise_reduction": True,
    }  # fmt: skip
    answer = api.post(f"/api/v1/voices/{voice.slug}/clone/check", good)
    assert (answer.status_code, answer.json()["ok"]) == (200, True), answer.content
    bad = api.post(f"/api/v1/voices/{voice.slug}/clone/check", {"accuracy": 0.7}).json()
    assert (bad["ok"], bad["findings"][0]["field"], bad["findings"][0]["severity"]) == (False, "accuracy", "error")
    assert api.post(f"/api/v1/voices/{voice.slug}/clone", {"accuracy": 0.7}).json()["field"] == "accuracy"
    home = api.post(f"/api/v1/voices/{voice.slug}/clone", good).json()["homes"][0]
    assert home["options"]["noise_reduction"] is True
    assert home["options"]["prompt_sample"] == prompt.id
    assert home["sample"] == voice.sample_id


def test_the_original_is_what_is_kept(add):
    content = as_webm(bursts(12, floor=0.001))
    assert read_sample(add(content)) == content
