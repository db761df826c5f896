"""`make demo`: exit code 0 means that audio, rules, voice and books were proved."""

import os
import subprocess
import sys

from tests.e2e.product import ROOT


def test_the_demo_proves_itself():
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "VOICELIB_DATA")}
    done = subprocess.run(
        [sys.executable, "-m", "config.demo"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The demo holds" in done.stdout
    assert done.stderr == ""
