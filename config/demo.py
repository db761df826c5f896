"""`make demo`: the main job once, in a throw-away folder, with proof. Exit code 0 only if everything below holds.

The clip decodes to speech of plausible length · the request carried the dictionary's rules and eSpeak's phonemes differ
without them · the voice became permanent · the ledger equals the sandbox's bill, line by line.
"""

from __future__ import annotations

import math
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import django
import httpx

# How the sandbox's bill names what our ledger calls otherwise.
BILL_OPERATIONS = {"speech": "t2a", "keepalive": "t2a", "preview": "clone_preview", "activation_fee": "clone_fee"}


def main() -> int:
    """Run the demo; 0 when every proof holds."""
    with tempfile.TemporaryDirectory(prefix="voicelib-demo-") as folder:
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "VOICELIB_DATA": folder,
                "PORT": str(_free_port()),
                "SANDBOX_PORT": str(_free_port()),
                "LOG_LEVEL": "WARNING",
            }
        )
        django.setup()
        # The settings read the environment above; what follows may be imported only now.
        from config.quickstart import QuickstartError, first_start  # noqa: PLC0415
        from config.stack import Stack, StartError  # noqa: PLC0415

        try:
            with Stack():
                failures = _proofs(first_start(_say))
        except (StartError, QuickstartError) as error:
            failures = [str(error)]
    for failure in failures:
        _say(f"FAILED: {failure}")
    _say("The demo failed." if failures else "The demo holds: audio, rules, voice and books.")
    return 1 if failures else 0


def _proofs(result: dict[str, Any]) -> list[str]:
    headers = {"Authorization": f"Bearer {result['token']}"}
    with (
        httpx.Client(base_url=f"{result['base_url']}/api/v1", headers=headers, timeout=30, trust_env=False) as api,
        httpx.Client(base_url=f"{result['sandbox_url']}/_sandbox", timeout=30, trust_env=False) as sandbox,
    ):
        clip = api.get(f"/clips/{result['clip']}").raise_for_status().json()
        return [
            *_audio_failures(result, clip),
            *_rule_failures(sandbox, clip),
            *_voice_failures(api, result),
            *_book_failures(api, sandbox),
        ]


def _audio_failures(result: dict[str, Any], clip: dict[str, Any]) -> list[str]:
    from providers.audio import plausible_duration  # noqa: PLC0415
    from providers.probe import probe  # noqa: PLC0415

    probed = probe(Path(result["clip_file"]).read_bytes())
    loudness = -math.inf if probed.loudness_lufs is None else probed.loudness_lufs
    _say(f"Clip: {probed.container}, {probed.duration_ms} ms, {loudness:.1f} LUFS")
    finding = plausible_duration(clip["text"], probed.duration_ms)
    failures = [] if finding is None else [finding.message]
    if loudness < -45:
        failures.append("The clip is as good as silent.")
    return failures


def _rule_failures(sandbox: httpx.Client, clip: dict[str, Any]) -> list[str]:
    requests = sandbox.get("/requests", params={"operation": "t2a"}).raise_for_status().json()["requests"]
    sent = next((request for request in requests if request["trace_id"] in clip["trace_ids"]), None)
    if sent is None:
        return ["The sandbox does not know the clip's request."]
    rules = sent["body"].get("pronunciation_dict", {}).get("tone", [])
    _say(f"Rules sent: {', '.join(rules)}")
    _say(f"Phonemes with rules:    {sent['phonemes']}")
    _say(f"Phonemes without rules: {sent['phonemes_without_rules']}")
    if not rules:
        return ["The request carried no pronunciation rule."]
    return [] if sent["phonemes"] != sent["phonemes_without_rules"] else ["The rules changed nothing."]


def _voice_failures(api: httpx.Client, result: dict[str, Any]) -> list[str]:
    home = api.get(f"/voices/{result['voice']}").raise_for_status().json()["homes"][0]
    _say(f"Voice {result['voice']}: {home['state']}, {home['provider_voice_id']}")
    return [] if home["state"] == "permanent" else [f"The voice is {home['state']}, not permanent."]


def _book_failures(api: httpx.Client, sandbox: httpx.Client) -> list[str]:
    entries = api.get("/ledger", params={"limit": 500}).raise_for_status().json()["results"]
    bill = sandbox.get("/bill").raise_for_status().json()["lines"]
    ours = sorted(
        (e["trace_id"], BILL_OPERATIONS[e["kind"]], e["billed_characters"], e["amount"]["amount_micros"])
        for e in entries
        if e["kind"] != "saved"
    )
    theirs = sorted((line["trace_id"], line["operation"], line["characters"], line["amount_micros"]) for line in bill)
    _say(f"{'trace id':34} {'operation':14} {'characters':>10} {'micro-USD':>10}  in the ledger")
    for line in theirs:
        _say(f"{line[0]:34} {line[1]:14} {line[2]:>10} {line[3]:>10}  {'yes' if line in ours else 'NO'}")
    return [] if ours == theirs else [f"The ledger is not the bill: {ours} against {theirs}."]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
