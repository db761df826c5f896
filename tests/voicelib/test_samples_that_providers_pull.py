"""Providers that pull the recording: the address they get, who may read it, and that it is tried before a fee."""

import hashlib
import time

import pytest
from django.core import signing
from django.core.files.storage import storages

from tests.cast import make_account
from tests.providers.loopback import Loopback, http
from voicelib.errors import VoiceRefusedError
from voicelib.flows.sample_links import LINK_SECONDS, refuse_private, refuse_unreachable, sample_url
from voicelib.flows.samples import read_sample


@pytest.fixture
def public(settings):
    """An address of ours that everybody can reach, as far as addresses tell."""
    settings.PUBLIC_URL = "https://93.184.216.34"


@pytest.fixture
def distant(cast):
    """An account at a provider out there."""
    return make_account(cast.team, slug="distant", base_url="https://93.184.216.34", is_default=False)


def _path(url):
    return "/" + url.split("/", 3)[3]


def _pull(client, url):
    answer = client.get(_path(url))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, content


def test_the_address_gives_the_recording_to_whoever_has_it(client, sample):
    answer, content = _pull(client, sample_url(sample))
    assert (answer.status_code, content) == (200, read_sample(sample))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("audio/mpeg", "private, no-store")
    assert sample_url(sample).endswith("/sample.mp3")


def test_a_changed_address_opens_nothing(client, sample):
    url = sample_url(sample)
    answer, _content = _pull(client, url.replace("/samples/", "/samples/x"))
    assert (answer.status_code, answer.json()["code"]) == (403, "sample_url_invalid")


def test_a_link_to_a_clip_opens_no_sample(client, sample):
    token = signing.dumps({"sample": sample.id, "team": sample.team_id}, salt="synthesis.audio")
    answer, _ = _pull(client, f"http://x/samples/{token}/sample.mp3")
    assert answer.status_code == 403


class Yesterday(signing.TimestampSigner):
    """Signs as a day ago."""

    def timestamp(self):
        return signing.b62_encode(int(time.time()) - 24 * 3600)


def test_the_address_ends_after_the_hour_a_provider_needs(client, sample):
    named = {"sample": sample.id, "team": sample.team_id}
    old = Yesterday(salt="voicelib.sample").sign_object(named)
    answer, _ = _pull(client, f"http://x/samples/{old}/sample.mp3")
    assert (answer.status_code, answer.json()["code"]) == (403, "sample_url_expired")
    assert 3600 <= LINK_SECONDS < 24 * 3600


def test_a_recording_that_is_gone_is_told(client, sample):
    url = sample_url(sample)
    storages["samples"].delete(sample.storage_key)
    answer, _ = _pull(client, url)
    assert (answer.status_code, answer.json()["code"]) == (404, "sample_not_found")


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://10.1.2.3", "https://[::1]"])
def test_a_provider_out_there_is_not_sent_to_an_address_inside(settings, sample, distant, address):
    settings.PUBLIC_URL = address
    with pytest.raises(VoiceRefusedError) as refused:
        refuse_private(sample_url(sample), distant)
    assert refused.value.code == "sample_unreachable"
    assert "PUBLIC_URL" in refused.value.detail


def test_an_address_that_everybody_can_reach_is_accepted(public, sample, distant):
    refuse_private(sample_url(sample), distant)


def test_the_local_sandbox_may_pull_from_this_machine(cast, settings, sample):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    refuse_private(sample_url(sample), cast.account)


def test_the_refusal_does_not_give_the_address_away(settings, sample, distant):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    url = sample_url(sample)
    with pytest.raises(VoiceRefusedError) as refused:
        refuse_private(url, distant)
    assert url.split("/")[4] not in refused.value.detail


def _try(sample, account, content, url):
    refuse_unreachable(url, account, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def test_it_is_pulled_before_anything_is_spent(cast, sample):
    content = read_sample(sample)
    with Loopback(http(content)) as server:
        _try(sample, cast.account, content, f"{server.url}/samples/x")
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [b"", http(b"Sign in", headers=["Content-Type: text/html"]), http(b"", status="403 Forbidden"), http(b"x" * 10**6)],
    ids=["nothing", "another page", "refused", "something longer"],
)
def test_anything_but_the_recording_is_unreachable(cast, sample, answer):
    with Loopback(answer) as server, pytest.raises(VoiceRefusedError) as refused:
        _try(sample, cast.account, read_sample(sample), f"{server.url}/samples/x")
    assert refused.value.code == "sample_unreachable"


def test_it_is_not_pulled_from_inside_for_a_provider_out_there(sample, distant):
    content = read_sample(sample)
    with Loopback(http(content)) as server, pytest.raises(VoiceRefusedError):
        _try(sample, distant, content, f"{server.url}/samples/x")
    assert server.connections == 0
