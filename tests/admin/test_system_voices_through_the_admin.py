"""System voices on the pages of the admin: found, imported, taken into the library with their ids untouched."""

import pytest
from django.urls import reverse

from tests.cast import make_account
from voicelib.models import SystemVoice, SystemVoiceSighting, Voice

SANTA = "Santa_Claus "


@pytest.fixture
def santa(db):
    return SystemVoice.objects.get(voice_id=SANTA)


def url(name, *args):
    return reverse(f"admin:voicelib_systemvoice_{name}", args=args)


def form(cast, **fields):
    return {
        "team": cast.team.id,
        "account": cast.account.id,
        "name": "Santa",
        "slug": "santa",
        "language": "en",
    } | fields


def test_the_list_is_searched_by_id_name_and_client(cast, browse):
    client = browse(cast.viewer)
    for part, voice_id in (("Claus", SANTA), ("主持", "Cantonese_ProfessionalHost\uff08F)"), ("pipecat", "Calm_Woman")):
        shown = client.get(url("changelist"), {"q": part}).content.decode()
        assert f">{voice_id}</code>" in shown
        assert "Grinch</code>" not in shown


def test_a_voice_goes_into_the_library_with_its_id_untouched(cast, browse, santa):
    client = browse(cast.editor)
    page = client.get(url("add_to_library", santa.pk)).content.decode()
    assert f">{SANTA}</code>" in page
    assert 'value="santa-claus"' in page
    answer = client.post(url("add_to_library", santa.pk), form(cast))
    made = Voice.objects.get(slug="santa")
    assert answer.url == reverse("admin:voicelib_voice_change", args=[made.pk])
    assert made.homes.get().vendor_voice_id == SANTA
    shown = client.get(answer.url).content.decode()
    assert reverse("admin:voicelib_voice_clone", args=[made.pk]) not in shown


def test_a_second_time_is_refused_with_the_reason(cast, browse, santa):
    client = browse(cast.editor)
    client.post(url("add_to_library", santa.pk), form(cast))
    again = client.post(url("add_to_library", santa.pk), form(cast, slug="another"))
    assert "system_voice_taken" in again.content.decode()


def test_an_account_of_another_team_cannot_be_chosen(cast, browse, santa):
    foreign = make_account(cast.other_team, slug="elsewhere")
    client = browse(cast.editor)
    answer = client.post(url("add_to_library", santa.pk), form(cast, account=foreign.id))
    assert answer.context["form"].errors["account"]
    answer = client.post(url("add"), {"team": cast.team.id, "account": foreign.id})
    assert answer.context["form"].errors["account"]
    assert not Voice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_import_marks_what_the_account_has(cast, browse, sandbox):
    client = browse(cast.editor)
    answer = client.post(url("add"), {"team": cast.team.id, "account": cast.account.id}, follow=True)
    assert "system voices" in " ".join(str(message) for message in answer.context["messages"])
    assert SystemVoiceSighting.objects.filter(provider_account=cast.account, is_listed=True).count() > 150
    assert "listed" in client.get(url("change", SystemVoice.objects.get(voice_id=SANTA).pk)).content.decode()


def test_a_viewer_reads_and_changes_nothing(cast, browse, santa):
    client = browse(cast.viewer)
    assert client.get(url("change", santa.pk)).status_code == 200
    assert client.get(url("add_to_library", santa.pk)).status_code == 403
    assert client.get(url("add")).status_code == 403


def test_what_another_teams_account_shows_is_not_shown(cast, browse):
    foreign = make_account(cast.other_team, slug="elsewhere")
    theirs = SystemVoice.objects.create(provider="minimax", voice_id="Quetzal_Girl")
    SystemVoiceSighting.objects.create(system_voice=theirs, provider_account=foreign, name="Quetzal")
    assert "Quetzal" not in browse(cast.owner).get(url("changelist"), {"q": "etzal"}).content.decode()
    assert browse(cast.owner).get(url("change", theirs.pk)).status_code == 302
    assert browse(cast.outsider).get(url("change", theirs.pk)).status_code == 200


def test_accounts_of_resellers_speak_with_the_makers_voices(cast, browse, santa):
    make_account(cast.team, slug="reseller", provider="wavespeed", is_default=False)
    make_account(cast.team, slug="kitchen", provider="kokoro", is_default=False)
    page = browse(cast.editor).get(url("add_to_library", santa.pk)).content.decode()
    assert "Reseller" in page
    assert "Kitchen" not in page
