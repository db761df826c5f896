"""The product's settings in an environment of the test process's own: fresh data directory, free sandbox port.

Every process (pytest-xdist starts several) gets its own; DATABASE_URL is taken as it is found.
"""

import atexit
import os
import shutil
import socket
import tempfile

_data = tempfile.mkdtemp(prefix="voicelib-tests-")
_process = os.getpid()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _clean_up():
    # Children that were forked from this process leave the directory alone.
    if os.getpid() == _process:
        shutil.rmtree(_data, ignore_errors=True)


atexit.register(_clean_up)
os.environ.update(
    VOICELIB_PROFILE="embedded",
    VOICELIB_DATA=_data,
    SANDBOX_PORT=str(_free_port()),
)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

# A file, so that threads of one test meet as writers meet in production; in memory they would share one cache.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_data, "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
