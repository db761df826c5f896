"""Secrets of the embedded profile: made once, kept in the data directory with mode 0600.

Production never comes here: it demands its secrets from the environment.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def local_secret(data_dir: Path, name: str) -> str:
    """The secret called `name` (URL-safe text of 32 random bytes, a valid Fernet key), made on first use."""
    path = data_dir / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        value = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        file.write(value)
    return value
