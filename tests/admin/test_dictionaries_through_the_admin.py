"""Rules are edited in the page of their dictionary, tried on a text, and published with a message."""

from django.urls import reverse

from voicelib.models import Dictionary


def url(name, dictionary):
    return reverse(f"admin:voicelib_dictionary_{name}", args=[dictionary.pk])


def rules_form(dictionary, rows, *, removed=()):
    standing = list(dictionary.rules.order_by("id"))
    data: dict[str, object] = {"rules-TOTAL_FORMS": len(standing) + len(rows), "rules-INITIAL_FORMS": len(standing)}
    data |= {"versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    filled = [(rule.source, rule.replacement, rule.kind) for rule in standing] + list(rows)
    for number, (source, replacement, kind) in enumerate(filled):
        data |= {
            f"rules-{number}-source": source,
            f"rules-{number}-replacement": replacement,
            f"rules-{number}-kind": kind,
        }
    for number, rule in enumerate(standing):
        data |= {f"rules-{number}-id": rule.pk, f"rules-{number}-dictionary": dictionary.pk}
        if rule.source in removed:
            data[f"rules-{number}-DELETE"] = "on"
    return data


def sources(dictionary):
    return {rule.source: rule.replacement for rule in dictionary.rules.all()}


def test_rules_are_added_changed_and_removed_in_place(cast, shelf, browse):
    client, dictionary = browse(cast.editor), shelf.dictionary
    old = dictionary.rules.get()
    client.post(url("change", dictionary), rules_form(dictionary, [("处理", "chu4 li3", "pinyin")]))
    assert sources(dictionary) == {old.source: "sequel", "处理": "chu4 li3"}

    form = rules_form(dictionary, [])
    form["rules-0-replacement"] = "es queue el"
    client.post(url("change", dictionary), form)
    assert sources(dictionary)[old.source] == "es queue el"

    client.post(url("change", dictionary), rules_form(dictionary, [], removed=["处理"]))
    assert sources(dictionary) == {old.source: "es queue el"}


def test_a_rule_that_is_not_written_in_its_notation_is_told_where_it_was_typed(cast, shelf, browse):
    answer = browse(cast.editor).post(
        url("change", shelf.dictionary), rules_form(shelf.dictionary, [("处理", "no tones here", "pinyin")])
    )
    assert answer.status_code == 200
    errors = answer.context["inline_admin_formsets"][0].formset.errors
    assert "rule_invalid" in str(errors[-1]["replacement"])
    assert shelf.dictionary.rules.count() == 1


def test_a_viewer_reads_the_rules_and_changes_none(cast, shelf, browse):
    client = browse(cast.viewer)
    assert client.get(url("change", shelf.dictionary)).status_code == 200
    answer = client.post(url("change", shelf.dictionary), rules_form(shelf.dictionary, [("a", "b", "respelling")]))
    assert answer.status_code == 403
    assert shelf.dictionary.rules.count() == 1


def test_publishing_freezes_the_draft_with_a_message(cast, shelf, browse):
    client, dictionary = browse(cast.editor), shelf.dictionary
    unchanged = client.post(url("publish", dictionary), {"message": "nothing new"})
    assert "dictionary_unchanged" in str(unchanged.context["form"].non_field_errors())
    dictionary.rules.create(source="GIF", replacement="jif", kind="respelling")
    assert "GIF" in client.get(url("publish", dictionary)).content.decode()
    client.post(url("publish", dictionary), {"message": "the old quarrel"})
    newest = dictionary.versions.order_by("-number").first()
    assert (newest.number, newest.message, newest.published_by) == (2, "the old quarrel", "Editor")
    assert "the old quarrel" in client.get(url("change", dictionary)).content.decode()


def test_a_text_tells_which_rules_of_the_draft_it_needs(cast, shelf, browse):
    shelf.dictionary.rules.create(source="unheard", replacement="of", kind="respelling")
    source = shelf.dictionary.rules.order_by("id").first().source
    answer = browse(cast.viewer).post(url("try_text", shelf.dictionary), {"text": f"A {source} report"})
    assert [rule.source for rule in answer.context["rules"]] == [source]
    assert "unheard" not in answer.content.decode()


def test_a_dictionary_is_added(cast, browse):
    browse(cast.editor).post(
        reverse("admin:voicelib_dictionary_add"), {"team": cast.team.id, "name": "Words", "slug": "words"}
    )
    assert Dictionary.objects.get(team=cast.team).slug == "words"
