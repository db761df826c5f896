import pytest

from tests.sandbox.customer import code, message


def test_lists_are_given_as_asked_and_an_empty_one_is_null(customer):
    everything = customer.post("get_voice", {"voice_type": "all"})
    assert everything["voice_cloning"] is None
    assert everything["voice_generation"] is None
    assert len(everything["system_voice"]) > 327
    assert "system_voice" not in customer.post("get_voice", {"voice_type": "voice_cloning"})


@pytest.mark.parametrize("body", [{}, {"voice_type": "cloned"}, {"voice_type": None}, {"voice_type": ["all"]}])
def test_the_type_of_list_must_be_known(customer, body):
    assert code(customer.post("get_voice", body)) == 2013


def test_a_listed_clone_has_a_day_and_no_name(customer):
    customer.clone("Listed_clone_1")
    customer.t2a("Hello.", "Listed_clone_1")
    (row,) = customer.post("get_voice", {"voice_type": "voice_cloning"})["voice_cloning"]
    day = customer.voice("Listed_clone_1")["created_at"][:10]
    assert row == {"voice_id": "Listed_clone_1", "description": [], "created_time": day}


@pytest.mark.parametrize(
    "voice_id",
    [
        "Cantonese_ProfessionalHost（F)",
        "Cantonese_ProfessionalHost（M)",
        "Santa_Claus ",
        "Chinese (Mandarin)_News_Anchor",
        "socialmedia_female_2_v1",
        "male-qn-qingse",
        "Calm_Woman",
        "Chinese (Mandarin)_Kind-hearted_Antie",
        "French_Female_News Anchor",
        "male-qn-qingse-jingpin",
        "English_Gentle-voiced_man",
        "Japanese_Whisper_Belle",
        "greek_male_1a_v1",
        "Greek_female_1_sample1",
        "audiobook_male_1",
    ],
)
def test_system_ids_are_byte_for_byte_the_vendors(customer, voice_id):
    ids = [row["voice_id"] for row in customer.post("get_voice", {"voice_type": "system"})["system_voice"]]
    assert voice_id in ids
    assert len(ids) == len(set(ids))


def test_every_system_voice_speaks(customer):
    for row in customer.controls.get("voices", params={"kind": "system"}).json()["voices"]:
        shape = {"format": "pcm", "sample_rate": 8000}
        answer = customer.t2a("Yes, 12.", row["voice_id"], audio_setting=shape)
        assert answer["extra_info"]["audio_length"] > 300, row["voice_id"]


def test_deleting_answers_with_the_id_and_its_day(customer):
    customer.clone("Deleted_clone_1")
    day = customer.voice("Deleted_clone_1")["created_at"][:10]
    answer = customer.delete_voice("Deleted_clone_1")
    assert (answer["voice_id"], answer["created_time"], code(answer)) == ("Deleted_clone_1", day, 0)


def test_a_missing_voice_is_2013_on_delete_with_empty_fields(sandbox, customer, customer_of):
    customer.clone("Deleted_clone_2")
    customer.delete_voice("Deleted_clone_2")
    customer.clone("Deleted_clone_3")
    stranger = customer_of(sandbox)
    answers = [
        customer.delete_voice("Nobody_12345678"),
        customer.delete_voice("Deleted_clone_2"),
        customer.delete_voice("female-yujie"),
        stranger.delete_voice("Deleted_clone_3"),
        customer.post("delete_voice", {"voice_type": "voice_generation", "voice_id": "Deleted_clone_3"}),
    ]
    for answer in answers:
        assert (code(answer), message(answer)) == (2013, "invalid params, voice_id does not exist")
        assert (answer["voice_id"], answer["description"], answer["created_time"]) == ("", None, "")
    assert code(customer.post("delete_voice", {"voice_type": "system", "voice_id": "female-yujie"})) == 2013
