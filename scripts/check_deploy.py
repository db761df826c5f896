"""Run Django's deployment checks on the production profile, with throw-away secrets."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


PRODUCTION = {
    "VOICELIB_PROFILE": "production",
    "SECRET_KEY": _key() + _key(),
    "PROVIDER_KEY_RING": _key(),
    "TOKEN_PEPPERS": f"1:{_key()}",
    "ALLOWED_HOSTS": "voices.example.com",
    "PUBLIC_URL": "https://voices.example.com",
    "DATABASE_URL": "postgres://voicelib:secret@127.0.0.1:5432/voicelib",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
    "RATE_GATE_URL": "redis://127.0.0.1:6379/1",
    "S3_SAMPLES_BUCKET": "samples",
    "S3_CLIPS_BUCKET": "clips",
    "VOICELIB_DATA": "var/check",
}

if __name__ == "__main__":
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    sys.exit(subprocess.run(command, env={**os.environ, **PRODUCTION}, check=False).returncode)
