"""`make run` on a bare machine: the main job, the clock, clean and unclean ends, the next start."""

import shlex
import shutil
import stat
import subprocess

import pytest

from config.quickstart import SAMPLE
from tests.e2e.product import Product, gone, wait_until

EIGHT_DAYS, SIX_HOURS = 691_200, 21_600


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    product = Product(tmp_path_factory.mktemp("product")).start()
    yield product
    product.interrupt()


def test_the_first_start_does_the_main_job_and_tells_how_to_go_on(product):
    made = product.quickstart
    assert set(made) >= {
        "base_url", "sandbox_url", "email", "password", "token", "team", "project",
        "voice", "dictionary", "clip", "clip_file", "billed_characters",
    }  # fmt: skip
    assert made["billed_characters"] == 92
    assert stat.S_IMODE((product.folder / "quickstart.json").stat().st_mode) == 0o600
    for told in ("password", "token", "clip_file"):
        assert made[told] in product.said


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl to paste into")
def test_the_printed_curl_lines_work_when_pasted(product, tmp_path):
    pasted = product.said[product.said.index("Try it:") :].replace("\\\n", " ")
    lines = [line.strip() for line in pasted.splitlines() if line.strip().startswith("curl")]
    assert len(lines) == 4
    for line in lines:
        answer = subprocess.run([*shlex.split(line), "--fail"], cwd=tmp_path, capture_output=True, check=False)
        assert answer.returncode == 0, (line, answer.stderr)
        assert b"urn:voice-library:error" not in answer.stdout
    assert (tmp_path / "clip.mp3").stat().st_size > 10_000


def test_eight_days_pass_and_the_tick_keeps_what_shall_be_kept(product):
    with product.api() as api, product.sandbox() as sandbox:
        _voice(api, "keeper", "always")
        _voice(api, "lapser", "let_lapse")
        moved = sandbox.post("/clock", json={"advance_seconds": EIGHT_DAYS, "step_seconds": SIX_HOURS})
        assert moved.json()["offset_seconds"] == EIGHT_DAYS

        assert wait_until(lambda: _home(api, "keeper")["state"] == "permanent")
        assert _home(api, "keeper")["activated_by"] == "keepalive"
        said = api.post("/clips", json={"voice": "keeper", "text": "Still here."}, headers={"Prefer": "wait=30"})
        assert (said.status_code, said.json()["state"]) == (201, "ready")

        assert wait_until(lambda: _home(api, "lapser")["state"] == "lapsed")
        before = sandbox.get("/requests").json()["requests"]
        refused = api.post("/clips", json={"voice": "lapser", "text": "Am I?"})
        assert (refused.status_code, refused.json()["code"]) == (409, "voice_lapsed")
        assert sandbox.get("/requests").json()["requests"] == before
        billed = {line["voice_id"] for line in sandbox.get("/bill").json()["lines"]}
        assert _home(api, "lapser")["provider_voice_id"] not in billed
    _verify(product)


def test_a_port_that_is_taken_is_told_with_the_way_out(product, tmp_path):
    second = product.popen("run", VOICELIB_DATA=str(tmp_path))
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"Port {product.environment['PORT']} is taken" in said
    assert "PORT=" in said
    assert "Traceback" not in said


def test_a_second_run_on_the_same_folder_is_refused(product):
    second = product.popen("run")
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "Another `make run`" in said


def test_ctrl_c_finishes_what_is_under_way_and_the_next_start_keeps_everything(tmp_path):
    product = Product(tmp_path).start()
    first_clip = product.quickstart["clip"]
    with product.api() as api, product.sandbox() as sandbox:
        slow = {"provider": "minimax", "operation": "t2a", "fault": "slow_first_byte", "seconds": 1, "count": 4}
        sandbox.post("/faults", json=slow).raise_for_status()
        clips = [
            api.post("/clips", json={"voice": "narrator", "text": f"Clip number {n}."}).json()["id"] for n in range(6)
        ]
        assert wait_until(lambda: any(api.get(f"/clips/{clip}").json()["state"] == "rendering" for clip in clips))
    children = product.children()
    assert product.interrupt() == 0
    assert all(gone(child) for child in children)

    product.start()
    with product.api() as api:
        assert wait_until(lambda: all(api.get(f"/clips/{clip}").json()["state"] == "ready" for clip in clips))
        assert api.get("/attempts", params={"state": "unknown"}).json()["results"] == []
        assert api.get(f"/clips/{first_clip}").json()["state"] == "ready"
    assert product.interrupt() == 0
    _verify(product)


def test_a_kill_leaves_no_child_and_the_next_start_works(tmp_path):
    product = Product(tmp_path).start()
    children = product.children()
    assert children
    product.kill()
    assert wait_until(lambda: all(gone(child) for child in children))
    product.start()
    with product.api() as api:
        assert api.get("/me").status_code == 200
    product.interrupt()


def _voice(api, slug, policy):
    consent = api.post(
        "/consents", json={"speaker": "Someone", "company": "", "statement": "I agree.", "locale": "en", "scope": {}}
    ).json()
    with SAMPLE.open("rb") as recording:
        sample = api.post("/samples", data={"name": slug}, files={"file": ("sample.mp3", recording)}).json()
    voice = {"name": slug, "slug": slug, "language": "en", "consent": consent["id"], "sample": sample["id"]}
    assert api.post("/voices", json=voice).status_code == 201
    cloned = api.post(f"/voices/{slug}/clone", json={"provider_account": "sandbox", "policy": policy})
    assert cloned.status_code == 202, cloned.text
    assert wait_until(lambda: _home(api, slug)["state"] == "temporary")


def _home(api, slug):
    return api.get(f"/voices/{slug}").json()["homes"][0]


def _verify(product):
    verified = product.popen("verify_ledger")
    said, _ = verified.communicate(timeout=60)
    assert verified.returncode == 0, said
