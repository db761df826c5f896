"""What a service test plays with: the sandbox's controls, and a team that can ask for clips."""

from collections import Counter
from dataclasses import dataclass

import httpx
from django.test.client import MULTIPART_CONTENT

from accounts import clock, keyring
from accounts.models import Attempt
from config.quickstart import SAMPLE
from tests.cast import Cast, make_team, make_token
from tests.drain import drain
from tests.services.processes import until
from voicelib.models import ProviderVoice, Voice

VOICE = "narrator"
OPEN_STATES = ("queued", "rendering")


class Sandbox:
    """The controls of the running emulator."""

    def __init__(self, url: str):
        self._client = httpx.Client(base_url=f"{url}/_sandbox", timeout=30, trust_env=False)

    def bill(self, key: str):
        """What it charged this key for, oldest first."""
        return self._client.get("/bill", params={"key": key}).raise_for_status().json()["lines"]

    def fail(self, **fault) -> None:
        """Put a fault in force."""
        self._client.post("/faults", json={"provider": "minimax", **fault}).raise_for_status()

    def limit(self, key: str, *, rpm: int | None, concurrency: int | None) -> None:
        """Refuse what comes faster."""
        orders = {"key": key, "rpm": rpm, "concurrency": concurrency}
        self._client.post("/limits", json=orders).raise_for_status()

    def behave(self) -> None:
        """Take all faults back."""
        self._client.delete("/faults").raise_for_status()

    def close(self) -> None:
        self._client.close()


@dataclass(frozen=True)
class Stage:
    """One team, its provider key, and a secret with every scope."""

    cast: Cast
    key: str
    secret: str
    sandbox: Sandbox

    @classmethod
    def empty(cls, sandbox: Sandbox) -> "Stage":
        cast = make_team()
        key = keyring.decrypt(cast.account.key_encrypted)
        return cls(cast, key, make_token(cast.owner, cast.team), sandbox)

    @classmethod
    def with_voice(cls, sandbox: Sandbox) -> "Stage":
        """The team's voice has been cloned and is permanent; that is paid and on the bill."""
        stage = cls.empty(sandbox)
        api = stage.cast.api()
        prepare_voice(lambda path, body: _made(api.post(f"/api/v1{path}", body)), _sample_id(api))
        _made(api.post(f"/api/v1/voices/{VOICE}/clone", {"provider_account": stage.cast.account.slug}))
        drain()
        _made(api.post(f"/api/v1/voices/{VOICE}/activate"))
        drain()
        assert api.get(f"/api/v1/voices/{VOICE}").json()["homes"][0]["state"] == "permanent"
        return stage

    @classmethod
    def at_wavespeed(cls, sandbox: Sandbox, url: str) -> "Stage":
        """The team speaks at WaveSpeed, with a voice of that house: nothing was paid before."""
        stage = cls.empty(sandbox)
        account = stage.cast.account
        account.provider, account.base_url, account.price_list = "wavespeed", f"{url}/wavespeed", "wavespeed"
        account.save()
        voice = Voice.objects.create(
            team=stage.cast.team, slug=VOICE, name="Narrator", kind=Voice.Kind.SYSTEM, language="en"
        )
        ProviderVoice.objects.create(
            voice=voice,
            provider_account=account,
            vendor_voice_id="Wise_Woman",
            state=ProviderVoice.State.PERMANENT,
            activated_at=clock.now(),
        )
        return stage

    def client(self, url: str) -> httpx.Client:
        """A client of a running web server with the team's secret; close it."""
        return httpx.Client(
            base_url=f"{url}/api/v1",
            headers={"Authorization": f"Bearer {self.secret}"},
            timeout=60,
            trust_env=False,
        )

    def spoken(self) -> list[dict]:
        """The bill's lines of speech since the voice was kept, oldest first."""
        lines = [line for line in self.sandbox.bill(self.key) if line["operation"] == "t2a"]
        return lines[1:]

    def charged(self) -> list[dict]:
        """All of the bill's lines of speech, oldest first."""
        return [line for line in self.sandbox.bill(self.key) if line["operation"] == "t2a"]

    def attempts(self) -> list[str]:
        """States of the attempts for clips, oldest first."""
        speech = Attempt.objects.filter(team=self.cast.team, kind=Attempt.Kind.SPEECH)
        return list(speech.order_by("id").values_list("state", flat=True))

    def unexplained(self) -> list[dict]:
        """Lines of the bill that are neither a settled attempt (by trace id) nor an unknown one (by what was said)."""
        settled = set(
            Attempt.objects.filter(team=self.cast.team, state=Attempt.State.SETTLED).values_list("trace_id", flat=True)
        )
        unknown = Counter(
            Attempt.objects.filter(team=self.cast.team, state=Attempt.State.UNKNOWN).values_list(
                "vendor_voice_id", "estimated_characters"
            )
        )
        left = []
        for line in self.sandbox.bill(self.key):
            said = (line["voice_id"], line["characters"])
            if line["trace_id"] in settled:
                continue
            if unknown[said]:
                unknown[said] -= 1
            else:
                left.append(line)
        return left


def prepare_voice(post, sample_id: str) -> None:
    """Consent and voice; `post(path, body)` answers the JSON of what was made."""
    consent = post(
        "/consents",
        {
            "speaker": "Ada",
            "company": "Acme",
            "statement": "I agree.",
            "locale": "en",
            "valid_until": None,
            "scope": {},
        },
    )
    post(
        "/voices",
        {"name": "Narrator", "slug": VOICE, "language": "en", "consent": consent["id"], "sample": sample_id},
    )


def clip_ends(api: httpx.Client, clip_id: str, *, seconds: float = 60.0):
    """The clip once it is neither queued nor being rendered."""

    def look():
        clip = api.get(f"/clips/{clip_id}").raise_for_status().json()
        return clip if clip["state"] not in OPEN_STATES else None

    return until(look, f"clip {clip_id} to end", seconds=seconds)


def _sample_id(api):
    with SAMPLE.open("rb") as recording:
        answer = api.post("/api/v1/samples", {"file": recording, "name": "Ada"}, content_type=MULTIPART_CONTENT)
    return _made(answer)["id"]


def _made(answer):
    assert answer.status_code in (200, 201, 202), answer.content
    return answer.json()
