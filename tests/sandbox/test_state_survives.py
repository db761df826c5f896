import sqlite3

import httpx
import pytest

from providers.sandbox.server import SandboxServer
from tests.sandbox.customer import code, f0, tone

KEPT, FRESH, DELETED = "Kept_clone_12", "Fresh_clone_12", "Deleted_clone_12"


def test_a_restart_keeps_voices_files_bill_burned_ids_and_the_clock(tmp_path, customer_of):
    state = tmp_path / "sandbox.sqlite"
    with SandboxServer(state=state) as server:
        customer = customer_of(server, "key")
        customer.clone(KEPT, tone(210))
        pitch = f0(customer.speak(voice=KEPT))
        customer.clone(FRESH)
        customer.clone(DELETED)
        customer.delete_voice(DELETED)
        file_id = customer.upload(b"kept bytes")
        customer.advance(3600)
        bill = customer.bill()
        voices = customer.controls.get("voices", params={"key": "key"}).json()
    with SandboxServer(state=state) as server:
        customer = customer_of(server, "key")
        assert customer.controls.get("clock").json()["offset_seconds"] == 3600
        assert customer.bill() == bill
        assert customer.controls.get("voices", params={"key": "key"}).json() == voices
        assert customer.http.get("files/retrieve_content", params={"file_id": file_id}).content == b"kept bytes"
        assert f0(customer.speak(voice=KEPT)) == pytest.approx(pitch, rel=0.05)
        assert code(customer.clone(DELETED)) == 2039
        assert customer.clones_listed() == [KEPT]
        customer.advance(168 * 3600)
        assert code(customer.t2a("Hello.", FRESH)) == 2054
        assert [line["operation"] for line in customer.bill()] == ["t2a", "clone_fee", "t2a"]


def test_keys_are_not_in_the_file(tmp_path, customer_of):
    state = tmp_path / "sandbox.sqlite"
    with SandboxServer(state=state) as server:
        customer = customer_of(server, "very-secret-key")
        customer.clone(KEPT)
        customer.t2a("Hello.", KEPT)
        customer.order("limits", {"key": "very-secret-key", "rpm": 5})
        for file in tmp_path.iterdir():
            assert b"very-secret-key" not in file.read_bytes()


def test_without_a_file_nothing_is_kept(customer_of):
    with SandboxServer() as server:
        customer_of(server, "key").t2a("Hello.")
    with SandboxServer() as server:
        assert customer_of(server, "key").bill() == []


OLD_VOICES = """
CREATE TABLE voices (
    voice_id TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, created_at REAL NOT NULL,
    expires_at REAL NOT NULL, activated_at REAL, deleted_at REAL, fee_charged INTEGER NOT NULL DEFAULT 0,
    timbre TEXT NOT NULL);
INSERT INTO voices (voice_id, account, kind, created_at, expires_at, timbre)
    VALUES ('From_before_1', 'somebody', 'cloning', 1, 2, '{"f0": 120, "variant": "m1"}');
"""


def test_a_file_from_before_there_were_other_providers_is_read(tmp_path):
    state = tmp_path / "state"
    database = sqlite3.connect(state)
    database.executescript(OLD_VOICES)
    database.close()
    for _ in range(2):
        with SandboxServer(state=state) as server:
            [voice] = httpx.get(f"{server.base_url}/_sandbox/voices").json()["voices"]
            assert (voice["provider"], voice["voice_id"], voice["state"]) == ("minimax", "From_before_1", "lapsed")
