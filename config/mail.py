"""Where e-mail goes, read from one URL or from single variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_BACKEND = "django.core.mail.backends"
SECURITY = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def mail_of_url(url: str) -> dict[str, Any]:
    """Django's settings for `smtp://user:password@host:587?security=starttls`, `smtps://…`, `console:` or
    `file:///folder`. Raises ImproperlyConfigured, and never says the password."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{_BACKEND}.console.EmailBackend"}
    if parts.scheme == "file" and parts.path:
        return {"EMAIL_BACKEND": f"{_BACKEND}.filebased.EmailBackend", "EMAIL_FILE_PATH": parts.path}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must be smtp://…, smtps://…, console: or file:///folder.")
    default = "tls" if parts.scheme == "smtps" else "starttls"
    security = parse_qs(parts.query).get("security", [default])[0]
    return smtp(
        host=parts.hostname,
        port=parts.port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
    )


def smtp(*, host: str, port: int | None, user: str, password: str, security: str) -> dict[str, Any]:
    """Django's settings for a mail server. Raises ImproperlyConfigured."""
    if security not in SECURITY:
        raise ImproperlyConfigured(f"The security of mail is one of {', '.join(SECURITY)}.")
    return {
        "EMAIL_BACKEND": f"{_BACKEND}.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or _PORTS[security],
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": security == "starttls",
        "EMAIL_USE_SSL": security == "tls",
    }


def mail_to_files(folder: Path) -> dict[str, Any]:
    """Letters as files, for who has no mail server."""
    return mail_of_url(folder.as_uri())


NO_MAIL = {"EMAIL_BACKEND": f"{_BACKEND}.dummy.EmailBackend"}
