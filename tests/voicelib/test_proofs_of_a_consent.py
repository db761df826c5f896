"""What proves a consent is kept unchanged, judged by its bytes, and never shown inside a page of ours."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.errors import InvalidInputError
from accounts.models import Event
from tests.voicelib.conftest import wav
from voicelib.flows.consent_files import LARGEST_BYTES, add_consent_file, read_consent_file
from voicelib.models import ConsentFile

PDF = b"%PDF-1.7 signed"


@pytest.fixture
def add(consent, actor):
    def make(content, kind="evidence", name="Contract"):
        return add_consent_file(consent=consent, actor=actor, file=io.BytesIO(content), kind=kind, name=name)

    return make


def test_a_spoken_statement_and_a_paper_are_kept(add, consent):
    spoken, paper = add(wav(3), "spoken", "Spoken"), add(PDF)
    assert (spoken.format, spoken.duration_ms, paper.format, paper.duration_ms) == ("wav", 3000, "pdf", None)
    assert read_consent_file(paper) == PDF
    assert Event.objects.filter(kind="consent.file_added", subject_id=consent.id).count() == 2


def test_the_same_content_is_one_file(add):
    assert add(PDF).id == add(PDF).id
    assert ConsentFile.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", "evidence", "consent_file_empty"),
        (b"<html><script>alert(1)</script>", "evidence", "consent_file_unsupported"),
        (PDF, "spoken", "consent_file_unsupported"),
        (b"RIFF....WAVE broken", "spoken", "consent_file_unsupported"),
        (b"%PDF-" + bytes(LARGEST_BYTES), "evidence", "consent_file_too_large"),
    ],
    ids=["empty", "html", "paper-as-speech", "broken-audio", "too-large"],
)
def test_anything_else_is_refused_by_its_bytes(add, content, kind, code):
    with pytest.raises(InvalidInputError) as refusal:
        add(content, kind)
    assert (refusal.value.code, refusal.value.field) == (code, "file")


def test_over_rest_it_is_uploaded_listed_and_only_saved(cast, consent):
    api, path = cast.api(), f"/api/v1/consents/{consent.id}/files"
    body = {"file": SimpleUploadedFile("x.html", PDF, "text/html"), "kind": "evidence", "name": "Contract"}
    made = super(type(api), api).post(path, body)
    assert made.status_code == 201, made.content
    assert [row["id"] for row in api.get(path).json()["results"]] == [made.json()["id"]]
    answer = api.get(f"{path}/{made.json()['id']}")
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
