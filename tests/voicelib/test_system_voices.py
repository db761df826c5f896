"""System voices: the catalogue, what an account really shows, and making one a voice of the library."""

import json

import pytest
from cryptography.fernet import Fernet

from accounts import clock, keyring
from accounts.errors import ConflictError
from accounts.models import Event
from tests.cast import make_account
from tests.providers.loopback import Loopback, http
from voicelib import system_voice_catalogue
from voicelib.flows.voices import speaking_home, voice_of
from voicelib.models import ProviderVoice, SystemVoice, SystemVoiceSighting, Voice

CATALOGUE = "/api/v1/system-voices"
VOICES = "/api/v1/voices"
SANTA = "Santa_Claus "
HOST = "Cantonese_ProfessionalHost\uff08F)"


def rows(api, **wish):
    """All rows of the catalogue, page after page."""
    answer = api.get(CATALOGUE, {"limit": 200, **wish})
    found = []
    while True:
        assert answer.status_code == 200, answer.content
        found += answer.json()["results"]
        if answer.json()["next"] is None:
            return found
        answer = api.get(answer.json()["next"])


def ids(api, **wish):
    return [row["voice_id"] for row in rows(api, **wish)]


def import_at(cast, account=None, who="editor"):
    account = account or cast.account
    return cast.api(who).post(f"/api/v1/provider-accounts/{account.slug}/system-voices/import")


def wish(voice_id, **fields):
    return {"name": "Narrator", "slug": "narrator", "system_voice": {"voice_id": voice_id}} | fields


@pytest.fixture
def provider(cast, settings):
    """`provider(ids)` is an account at a server that lists just these system voices."""
    servers = []

    def make(listed, slug="lister", team=None):
        said: list[list[str]] = []

        def answer(connection, head, body):
            entries = [{"voice_id": row, "voice_name": f"name of {row}", "description": ["One."]} for row in said[-1]]
            told = {"system_voice": entries, "base_resp": {"status_code": 0, "status_msg": "success"}}
            connection.sendall(http(json.dumps(told).encode()))

        said.append(listed)
        server = Loopback(answer).__enter__()
        servers.append(server)
        settings.FETCH_ALLOWED_HOSTS = frozenset({*settings.FETCH_ALLOWED_HOSTS, server.host_port})
        return make_account(team or cast.team, slug=slug, is_default=False, base_url=server.url), said

    yield make
    for server in servers:
        server.__exit__(None, None, None)


def test_the_catalogue_is_there_before_any_account_was_asked(cast):
    found = {row["voice_id"]: row for row in rows(cast.api("viewer"))}
    assert len(found) > 350
    assert found[SANTA] == {
        "provider": "minimax",
        "voice_id": SANTA,
        "name": "Santa Claus",
        "language": "en",
        "gender": "male",
        "seen": "MiniMax system voice list",
        "default_of": [],
        "accounts": [],
    }
    assert found["Calm_Woman"]["default_of"] == ["pipecat-ai/pipecat"]


def test_loading_the_catalogue_again_changes_nothing_but_what_is_stale(db):
    before = dict(SystemVoice.objects.values_list("voice_id", "id"))
    SystemVoice.objects.filter(voice_id=SANTA).update(name="Stale", is_curated=False)
    SystemVoice.objects.create(provider="minimax", voice_id="Once_Published", is_curated=True)
    system_voice_catalogue.load()
    after = dict(SystemVoice.objects.filter(is_curated=True).values_list("voice_id", "id"))
    assert after == before
    assert SystemVoice.objects.get(voice_id=SANTA).name == "Santa Claus"
    assert not SystemVoice.objects.get(voice_id="Once_Published").is_curated


@pytest.mark.parametrize(
    ("filters", "inside", "outside"),
    [
        ({"language": "yue"}, HOST, SANTA),
        ({"language": "ja", "gender": "female"}, "Japanese_KindLady", "Japanese_LoyalKnight"),
        ({"gender": "male"}, "Deep_Voice_Man", "Wise_Woman"),
        ({"search": "claus"}, SANTA, HOST),
        ({"search": "主持"}, HOST, SANTA),
    ],
)
def test_the_catalogue_is_filtered(cast, filters, inside, outside):
    found = ids(cast.api("viewer"), **filters)
    assert inside in found
    assert outside not in found


def test_pages_are_read_to_their_end_without_a_gap(cast):
    whole = ids(cast.api("viewer"))
    assert ids(cast.api("viewer"), limit=7) == whole
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("query", [{"gender": "robot"}, {"cursor": "%00"}, {"available": "perhaps"}])
def test_a_filter_that_means_nothing_is_refused(cast, query):
    assert cast.api("viewer").get(CATALOGUE, query).status_code == 400


def test_an_import_marks_what_the_account_really_has(cast, sandbox):
    answer = import_at(cast)
    assert answer.status_code == 200
    told = answer.json()
    assert told["listed"] > 150
    assert (told["added"], told["vanished"], told["skipped"]) == (told["listed"], 0, 0)
    available = {row["voice_id"]: row for row in rows(cast.api("viewer"), available=True)}
    assert len(available) == told["listed"]
    [said] = available[SANTA]["accounts"]
    assert (said["provider_account"], said["available"]) == ("sandbox", True)
    assert HOST in available
    event = Event.objects.get(kind="system_voices.imported")
    assert (event.subject_id, event.data["listed"]) == (cast.account.id, told["listed"])


def test_ids_come_through_an_import_byte_for_byte(cast, provider):
    odd = [" both ends ", "Santa_Claus", "SANTA_CLAUS ", "tab\tinside", "ident\u0301", HOST]
    account, _said = provider(odd)
    assert import_at(cast, account).json()["listed"] == len(odd)
    assert sorted(ids(cast.api("viewer"), provider_account="lister", available=True)) == sorted(odd)


def test_what_is_not_listed_any_more_is_marked_and_stays(cast, provider):
    account, said = provider(["One", "Two", SANTA])
    import_at(cast, account)
    said.append(["Two", "Three"])
    assert import_at(cast, account).json() == {"listed": 2, "added": 1, "vanished": 2, "skipped": 0}
    assert ids(cast.api("viewer"), provider_account="lister", available=True) == ["Three", "Two"]
    assert "One" in ids(cast.api("viewer"), available=False)
    # It comes back as the one it was.
    said.append(["One", "Two", "Three"])
    assert import_at(cast, account).json() == {"listed": 3, "added": 0, "vanished": 0, "skipped": 0}
    assert SystemVoiceSighting.objects.get(system_voice__voice_id=SANTA).is_listed is False


def test_a_list_that_was_left_out_marks_nothing(cast, provider):
    account, said = provider(["One"])
    import_at(cast, account)
    said.append([])
    assert import_at(cast, account).json() == {"listed": 0, "added": 0, "vanished": 0, "skipped": 0}
    assert ids(cast.api("viewer"), available=True) == ["One"]


def test_what_cannot_be_stored_is_left_out_and_counted(cast, provider):
    account, _said = provider(["Fine", "nul\x00", "half\ud800", "x" * 257])
    assert import_at(cast, account).json() == {"listed": 1, "added": 1, "vanished": 0, "skipped": 3}


def test_what_one_teams_account_shows_is_not_shown_to_another_team(cast, provider):
    account, _said = provider(["Their_Girl", SANTA], team=cast.other_team)
    cast.api("outsider").post(f"/api/v1/provider-accounts/{account.slug}/system-voices/import")
    assert "Their_Girl" in ids(cast.api("outsider"))
    mine = {row["voice_id"]: row for row in rows(cast.api("owner"))}
    assert "Their_Girl" not in mine
    assert mine[SANTA]["accounts"] == []
    assert mine[SANTA]["name"] == "Santa Claus"


def test_a_voice_that_only_an_account_shows_has_the_accounts_name_and_what_its_id_tells(cast, provider):
    account, _said = provider(["Hebrew_KindGirl"])
    import_at(cast, account)
    [row] = rows(cast.api("viewer"), search="name of hebrew")
    assert (row["name"], row["language"], row["gender"], row["seen"]) == (
        "name of Hebrew_KindGirl", "he", "female", "",
    )  # fmt: skip


def test_a_refused_key_imports_nothing(cast, provider, settings):
    with Loopback(http(b'{"base_resp":{"status_code":2049,"status_msg":"invalid api key"}}')) as server:
        settings.FETCH_ALLOWED_HOSTS = frozenset({server.host_port})
        account = make_account(cast.team, slug="shut", is_default=False, base_url=server.url)
        answer = import_at(cast, account)
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_auth")
    assert not SystemVoiceSighting.objects.exists()


def test_a_system_voice_becomes_a_voice_that_speaks_at_once_and_for_good(cast):
    answer = cast.api("editor").post(VOICES, wish(SANTA))
    assert answer.status_code == 201, answer.content
    voice = answer.json()
    assert (voice["kind"], voice["state"], voice["language"]) == ("system", "permanent", "en")
    assert (voice["consent"], voice["sample"]) == (None, None)
    [home] = voice["homes"]
    assert home["provider_voice_id"] == SANTA
    assert (home["expires_at"], home["keepalive_due_at"], home["activated_by"]) == (None, None, "system")
    event = Event.objects.get(kind="voice.created")
    assert event.data["provider_voice_id"] == SANTA


def test_its_language_is_named_where_nothing_tells_it(cast):
    refused = cast.api("editor").post(VOICES, wish("Wise_Woman"))
    assert (refused.status_code, refused.json()["field"]) == (400, "language")
    made = cast.api("editor").post(VOICES, wish("Wise_Woman", language="en-US"))
    assert made.json()["language"] == "en-US"


@pytest.mark.parametrize(
    "voice_id", ["Santa_Claus", "santa_claus ", " Santa_Claus ", "ttv-voice-1", "Somebodys_Clone1"]
)
def test_an_id_that_is_not_exactly_one_of_the_known_is_refused(cast, voice_id):
    answer = cast.api("editor").post(VOICES, wish(voice_id))
    assert (answer.status_code, answer.json()["code"]) == (400, "system_voice_unknown")
    assert not Voice.objects.exists()


def test_an_id_that_only_another_account_has_shown_is_refused(cast, provider):
    account, _said = provider(["Only_Here"])
    import_at(cast, account)
    chosen = {"provider_account": "sandbox", "voice_id": "Only_Here"}
    assert cast.api("editor").post(VOICES, wish("", system_voice=chosen)).json()["code"] == "system_voice_unknown"
    chosen["provider_account"] = "lister"
    made = cast.api("editor").post(VOICES, wish("", system_voice=chosen, language="en"))
    assert made.status_code == 201


def test_one_system_voice_is_one_voice_per_account(cast):
    cast.api("editor").post(VOICES, wish(SANTA))
    again = cast.api("editor").post(VOICES, wish(SANTA, slug="again"))
    assert (again.status_code, again.json()["code"], again.json()["voice"]) == (409, "system_voice_taken", "narrator")
    assert cast.api("editor").post(VOICES, wish("Grinch")).json()["code"] == "slug_taken"
    assert list(Voice.objects.values_list("slug", flat=True)) == ["narrator"]


@pytest.mark.parametrize("field", ["consent", "sample"])
def test_it_has_no_speaker_of_ours(cast, field):
    refused = cast.api("editor").post(VOICES, wish(SANTA, **{field: "0" * 26}))
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    cast.api("editor").post(VOICES, wish(SANTA))
    changed = cast.api("editor").patch(f"{VOICES}/narrator", {field: "0" * 26})
    assert (changed.status_code, changed.json()["field"]) == (400, field)
    assert cast.api("editor").patch(f"{VOICES}/narrator", {"name": "New"}).status_code == 200


def test_a_cloned_voice_still_needs_its_language(cast):
    refused = cast.api("editor").post(VOICES, {"name": "Ada", "slug": "ada"})
    assert (refused.status_code, refused.json()["field"]) == (400, "language")


def test_it_is_not_cloned(cast):
    cast.api("editor").post(VOICES, wish(SANTA))
    answer = cast.api("editor").post(f"{VOICES}/narrator/clone", {"provider_account": "sandbox"})
    assert (answer.status_code, answer.json()["code"]) == (409, "voice_not_clonable")


@pytest.mark.parametrize("kind", ["rolling", "fixed", "activation"])
def test_no_rule_of_the_account_lets_it_die(cast, vendor, sandbox, advance, tick, kind):
    cast.account.retention = {"kind": kind, "hours": 24}
    cast.account.save()
    cast.api("editor").post(VOICES, wish(SANTA))
    home = ProviderVoice.objects.get()
    answered = cast.api("editor").post(f"{VOICES}/narrator/activate", {})
    assert answered.status_code == 202
    advance(hours=72, step_hours=24)
    home.refresh_from_db()
    assert (home.state, home.expires_at, home.keepalive_due_at) == ("permanent", None, None)
    assert speaking_home(voice=voice_of(team=cast.team, slug="narrator"), at=clock.now()).id == home.id
    # Nothing was spent on keeping it.
    assert vendor.bill() == []


def test_a_key_that_cannot_be_read_says_so(cast, settings):
    settings.PROVIDER_KEY_RING = [Fernet.generate_key().decode()]
    with pytest.raises(ConflictError):
        keyring.decrypt(cast.account.key_encrypted)
    assert import_at(cast).json()["code"] == "provider_key_unreadable"
