"""The one settings module. Every choice is an environment variable, described in docs/configuration.md.

Two profiles: `embedded` (default: SQLite, memory queue, local files, sandbox) and `production` (nothing is assumed).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.env import Env
from config.local_secrets import local_secret
from config.mail import NO_MAIL, SECURITY, mail_of_url, mail_to_files, smtp
from providers.minimax import regions as minimax_regions

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
PROFILE = env.choice("VOICELIB_PROFILE", ("embedded", "production"), "embedded")
EMBEDDED = PROFILE == "embedded"
DEBUG = False

# Where the product keeps what is not in the database or the object store: spool, clock, local files.
DATA_DIR = env.path("VOICELIB_DATA", BASE_DIR / "var")
if EMBEDDED:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
SPOOL_DIR = env.path("SPOOL_DIR", DATA_DIR / "spool")

SECRET_KEY = env.secret("SECRET_KEY") or (local_secret(DATA_DIR, "secret-key") if EMBEDDED else "")
# Ring of Fernet keys for provider keys: the first encrypts, all decrypt. Rotate with `manage.py rotate_provider_keys`.
PROVIDER_KEY_RING = [
    key.strip()
    for key in (env.secret("PROVIDER_KEY_RING") or (local_secret(DATA_DIR, "provider-key") if EMBEDDED else "")).split(
        ","
    )
    if key.strip()
]
# Peppers of token digests, `id:secret` each: the first signs new tokens, all verify.
TOKEN_PEPPERS = dict(
    pepper.split(":", 1)
    for pepper in (
        env.secret("TOKEN_PEPPERS") or (f"1:{local_secret(DATA_DIR, 'token-pepper')}" if EMBEDDED else "")
    ).split(",")
    if ":" in pepper
)

PORT = env.integer("PORT", 8000, at_least=1)
SANDBOX_PORT = env.integer("SANDBOX_PORT", 9100, at_least=1)
PUBLIC_URL = env.text("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = list(env.names_list("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]") if EMBEDDED else ()))
CSRF_TRUSTED_ORIGINS = list(env.names_list("CSRF_TRUSTED_ORIGINS"))

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "voicelib",
    "synthesis",
    "config",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Database: SQLite in WAL with immediate transactions (writers queue instead of failing), or PostgreSQL with a pool.
DATABASE_URL = env.secret("DATABASE_URL")
if DATABASE_URL:
    _database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
    if _database["ENGINE"] == "django.db.backends.postgresql":
        _database.setdefault("OPTIONS", {})["pool"] = {
            "min_size": 1,
            "max_size": env.integer("DATABASE_POOL_SIZE", 16, at_least=1),
            "timeout": env.integer("DATABASE_POOL_TIMEOUT_SECONDS", 20, at_least=1),
        }
else:
    _database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "voicelib.sqlite3")}
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery: the broker is a doorbell; rows in the database are the work.
CELERY_BROKER_URL = env.secret("CELERY_BROKER_URL", "memory://localhost//" if EMBEDDED else "")
# Installations that share a broker take a queue each.
CELERY_QUEUE = env.text("CELERY_QUEUE", "voicelib")
WORKER_THREADS = env.integer("WORKER_THREADS", 4, at_least=1)
TICK_SECONDS = env.integer("TICK_SECONDS", 30, at_least=1)

# Storage: one bucket each for samples and clips; keys are private, delivery is presigned or by our own signed view.
S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL")
S3_REGION = env.text("S3_REGION", "us-east-1")
S3_ADDRESSING_STYLE = env.choice("S3_ADDRESSING_STYLE", ("path", "virtual", "auto"), "path")
S3_ACCESS_KEY_ID = env.secret("S3_ACCESS_KEY_ID")
S3_SECRET_ACCESS_KEY = env.secret("S3_SECRET_ACCESS_KEY")
AUDIO_URL_SECONDS = env.integer("AUDIO_URL_SECONDS", 900, at_least=1)


def _storage(bucket: str, folder: str) -> dict[str, Any]:
    if not bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(DATA_DIR / folder), "file_permissions_mode": 0o600},
        }
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": S3_REGION,
            "access_key": S3_ACCESS_KEY_ID or None,
            "secret_key": S3_SECRET_ACCESS_KEY or None,
            "addressing_style": S3_ADDRESSING_STYLE,
            "signature_version": "s3v4",
            "default_acl": None,
            # Keys are content hashes: writing one twice writes the same bytes.
            "file_overwrite": True,
            "querystring_expire": AUDIO_URL_SECONDS,
        },
    }


STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files")},
    },
    "samples": _storage(env.text("S3_SAMPLES_BUCKET"), "samples"),
    "clips": _storage(env.text("S3_CLIPS_BUCKET"), "clips"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
STATIC_URL = "/static/"
# The embedded profile serves static files straight from the packages; production runs collectstatic.
STATIC_ROOT = env.path("STATIC_ROOT", DATA_DIR / "static" if EMBEDDED else BASE_DIR / "staticfiles")
if EMBEDDED:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = False

# Outside world.
SANDBOX_URL = env.text("SANDBOX_URL", f"http://127.0.0.1:{SANDBOX_PORT}" if EMBEDDED else "").rstrip("/")
# Exact host:port pairs with private addresses that provider accounts and result URLs may use.
FETCH_ALLOWED_HOSTS = frozenset(
    env.names_list("FETCH_ALLOWED_HOSTS", (f"127.0.0.1:{SANDBOX_PORT}",) if EMBEDDED else ())
)
# Where the regions of a provider lie, if not where its adapter says: a sandbox may stand in for one.
PROVIDER_REGIONS = {"minimax": env.pairs("MINIMAX_REGIONS", [region.name for region in minimax_regions.REGIONS])}
# A claimed piece of work is given up after this long without a sign of life; longer than any provider call.
WORK_LEASE_SECONDS = env.integer("WORK_LEASE_SECONDS", 600, at_least=1)
PROVIDER_TIMEOUT_SECONDS = env.integer("PROVIDER_TIMEOUT_SECONDS", 240, at_least=1)
# Where the rate gate of provider accounts is shared between processes; empty: each process paces by itself.
RATE_GATE_URL = env.secret("RATE_GATE_URL")
# Calls at the same time per account and model, where the account says nothing: no vendor documents it for speech.
PROVIDER_CONCURRENCY = env.integer("PROVIDER_CONCURRENCY", 8, at_least=1)
# How often the list of every provider account is compared with the voices we hold there; business time.
SCAN_HOURS = env.integer("SCAN_HOURS", 6, at_least=1)
# Failures of a provider in a row until its account is left alone for a while.
CIRCUIT_FAILURES = env.integer("CIRCUIT_FAILURES", 5, at_least=1)
# `Prefer: wait` requests that may wait at the same time; beyond that the answer is 202 at once.
WAITING_REQUESTS = env.integer("WAITING_REQUESTS", 8)

# E-mail: one URL, or single variables; without either the embedded profile writes letters to files, production none.
EMAIL_URL = env.secret("EMAIL_URL")
_EMAIL_HOST = env.text("EMAIL_HOST")
_mail = NO_MAIL
if EMAIL_URL:
    _mail = mail_of_url(EMAIL_URL)
elif _EMAIL_HOST:
    _mail = smtp(
        host=_EMAIL_HOST,
        port=env.integer("EMAIL_PORT", 0) or None,
        user=env.text("EMAIL_HOST_USER"),
        password=env.secret("EMAIL_HOST_PASSWORD"),
        security=env.choice("EMAIL_SECURITY", SECURITY, "starttls"),
    )
elif EMBEDDED:
    _mail = mail_to_files(DATA_DIR / "mails")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_HOST = _mail.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "voice-library@localhost")
MAIL_IS_SENT = _mail is not NO_MAIL

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.inputs.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.api.inputs.FirstRenderer",
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "accounts.api.openapi.TeamSchema",
    "EXCEPTION_HANDLER": "accounts.api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Voice library",
    "DESCRIPTION": "Voices, pronunciation dictionaries, clips and the books of their billed characters.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "LedgerKind": "accounts.api.enums.LEDGER_KINDS",
        "BilledSource": "accounts.api.enums.BILLED_SOURCES",
        "AttemptKind": "accounts.api.enums.ATTEMPT_KINDS",
        "AttemptState": "accounts.api.enums.ATTEMPT_STATES",
    },
}

LANGUAGE_CODE = env.choice("LANGUAGE_CODE", ("en", "zh-hans"), "en")
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if not EMBEDDED:
    SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", True)
    # Probes come from inside, without TLS.
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.boolean("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.boolean("SECURE_HSTS_PRELOAD", True)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if env.boolean("BEHIND_TLS_PROXY", True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The admin: what is named by path is called with the request.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Voice library"),
    "SITE_HEADER": _("Voice library"),
    "SITE_SYMBOL": "graphic_eq",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.admin_site.icon"}],
    "SITE_URL": None,
    # Events tell the history; the framework's own log is not written.
    "SHOW_HISTORY": False,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "config.admin_site.dashboard",
    "SIDEBAR": {"navigation": "config.admin_site.navigation", "show_search": False, "show_all_applications": False},
    "STYLES": ["config.admin_site.style"],
    "SCRIPTS": ["config.admin_site.script"],
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .013 236.62)",
            "100": "oklch(95.1% .026 236.824)",
            "200": "oklch(90.1% .058 230.902)",
            "300": "oklch(82.8% .111 230.318)",
            "400": "oklch(74.6% .16 232.661)",
            "500": "oklch(68.5% .169 237.323)",
            "600": "oklch(58.8% .158 241.966)",
            "700": "oklch(50% .134 242.749)",
            "800": "oklch(44.3% .11 240.79)",
            "900": "oklch(39.1% .09 240.876)",
            "950": "oklch(29.3% .066 243.157)",
        }
    },
}

# Who may read /metrics; the embedded profile asks for no token unless one is set, production has no page without one.
METRICS_TOKEN = env.secret("METRICS_TOKEN")
WORKER_METRICS_ADDRESS = env.address("WORKER_METRICS_ADDRESS")

LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "accounts.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # What a caller got wrong is told to the caller; the log is for what we got wrong.
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
