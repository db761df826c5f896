from tests.sandbox.customer import code

HOUR = 3600
ID = "Mortal_12345"


def test_the_first_synthesis_keeps_a_clone_and_books_the_fee_once(tenant):
    tenant.clone(ID)
    before = tenant.voice(ID)
    assert (before["kind"], before["activated_at"], before["fee_charged"]) == ("cloning", None, False)
    first, second = tenant.t2a("Hello.", ID), tenant.t2a("Hello.", ID)
    lines = [(line["operation"], line["characters"], line["amount_micros"], line["trace_id"]) for line in tenant.bill()]
    assert lines == [
        ("t2a", 6, 600, first["trace_id"]),
        ("clone_fee", 0, 1_500_000, first["trace_id"]),
        ("t2a", 6, 600, second["trace_id"]),
    ]
    after = tenant.voice(ID)
    assert after["activated_at"] is not None
    assert after["expires_at"] is None
    assert after["fee_charged"] is True
    tenant.advance(1000 * HOUR)
    assert code(tenant.t2a("Hello.", ID)) == 0


def test_a_clone_that_is_never_used_dies_after_168_hours(tenant):
    tenant.clone(ID, text="Hello.", model="speech-02-hd")
    tenant.advance(168 * HOUR - 60)
    assert tenant.voice(ID)["deleted_at"] is None
    tenant.advance(120)
    assert code(tenant.t2a("Hello.", ID)) == 2054
    gone = tenant.voice(ID)
    assert gone["deleted_at"] == gone["expires_at"]
    assert gone["fee_charged"] is False
    assert [line["operation"] for line in tenant.bill()] == ["clone_preview"]
    assert code(tenant.clone(ID)) == 2039


def test_a_synthesis_just_in_time_saves_it(tenant):
    tenant.clone(ID)
    tenant.advance(168 * HOUR - 60)
    assert code(tenant.t2a("Hi.", ID)) == 0
    tenant.advance(168 * HOUR)
    assert code(tenant.t2a("Hi.", ID)) == 0


def test_the_list_hides_a_clone_until_it_was_used(tenant):
    tenant.clone(ID, text="Hello.", model="speech-02-hd")
    assert tenant.clones_listed() == []
    tenant.t2a("Hello.", ID)
    assert tenant.clones_listed() == [ID]


def test_a_refused_synthesis_does_not_keep_a_clone(tenant):
    tenant.clone(ID)
    assert code(tenant.t2a("Hello.", ID, model="speech-9")) == 2013
    assert tenant.voice(ID)["activated_at"] is None


def test_another_account_may_not_speak_with_it(own_sandbox, tenant, customer_of):
    tenant.clone(ID)
    assert code(customer_of(own_sandbox).t2a("Hello.", ID)) == 2042
    assert tenant.voice(ID)["activated_at"] is None


def test_a_deleted_id_is_burned_for_everybody_and_forever(own_sandbox, tenant, customer_of):
    tenant.clone(ID)
    tenant.t2a("Hello.", ID)
    assert code(tenant.delete_voice(ID)) == 0
    assert code(tenant.t2a("Hello.", ID)) == 2054
    assert tenant.clones_listed() == []
    tenant.advance(10_000 * HOUR)
    assert code(tenant.clone(ID)) == 2039
    assert code(customer_of(own_sandbox).clone(ID)) == 2039
    assert tenant.voice(ID)["deleted_at"] is not None


def test_a_mix_keeps_every_clone_in_it(tenant):
    tenant.clone("Mixed_clone_1")
    tenant.clone("Mixed_clone_2")
    mix = [{"voice_id": "Mixed_clone_1", "weight": 30}, {"voice_id": "Mixed_clone_2", "weight": 70}]
    assert code(tenant.t2a("Hello.", "", timbre_weights=mix)) == 0
    assert [line["operation"] for line in tenant.bill()] == ["t2a", "clone_fee", "clone_fee"]


def test_under_a_rolling_rule_a_clone_dies_when_it_is_idle(tenant):
    tenant.order("retention", {"key": tenant.key, "rule": "rolling", "hours": 100})
    tenant.clone(ID)
    for _ in range(3):
        tenant.advance(99 * HOUR)
        assert code(tenant.t2a("Hello.", ID)) == 0
    assert tenant.voice(ID)["expires_at"] is not None
    assert tenant.clones_listed() == [ID]
    tenant.advance(101 * HOUR)
    assert code(tenant.t2a("Hello.", ID)) == 2054
    assert tenant.clones_listed() == []
    assert [line["operation"] for line in tenant.bill() if line["operation"] == "clone_fee"] == ["clone_fee"]


def test_under_a_fixed_rule_a_clone_dies_whatever_is_done(tenant):
    tenant.order("retention", {"key": tenant.key, "rule": "fixed", "hours": 100})
    tenant.clone(ID)
    tenant.advance(99 * HOUR)
    assert code(tenant.t2a("Hello.", ID)) == 0
    tenant.advance(2 * HOUR)
    assert code(tenant.t2a("Hello.", ID)) == 2054


def test_under_no_rule_a_clone_waits_for_ever(tenant):
    tenant.order("retention", {"key": tenant.key, "rule": "none"})
    tenant.clone(ID)
    assert tenant.voice(ID)["expires_at"] is None
    tenant.advance(10_000 * HOUR)
    assert tenant.bill() == []
    assert code(tenant.t2a("Hello.", ID)) == 0


def test_a_rule_holds_for_the_voices_that_are_made_under_it(tenant):
    tenant.clone(ID)
    tenant.order("retention", {"key": tenant.key, "rule": "fixed", "hours": 1})
    tenant.advance(2 * HOUR)
    assert code(tenant.t2a("Hello.", ID)) == 0
