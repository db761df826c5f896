"""`make public-clients`: MiniMax clients written by others, each in a place of its own, for tests/clients.

    python scripts/public_clients.py [folder]

They go to var/public-clients, or to the folder that PUBLIC_CLIENTS names. Nothing is installed into the project's own
environment, because their pins conflict with ours and with each other's. What cannot be fetched is named at the end;
the tests of the others still run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import urllib.request
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "clients"
# A script that is published as a file of its repository only.
SCRIPT = (
    "https://raw.githubusercontent.com/nmvr2600/minimax-token-plan-skills/"
    "1dcda18cc10937684823a00decfe35b0069442f9/skills/minimax-speech/scripts/text_to_speech.py"
)
SCRIPT_SHA256 = "110415ec9d27932d546774c3252b089c0be210503b1b8cbb66007807297204dc"


def install_python(requirements: Path, folder: Path) -> None:
    """One virtual environment for one list."""
    place = folder / requirements.stem.removeprefix("requirements-")
    venv.create(place, with_pip=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(requirements)], check=True)


def install_node(folder: Path) -> None:
    """The packages of package.json."""
    place = folder / "node"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(LISTS / "package.json", place)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=place, check=True)


def fetch_script(folder: Path) -> None:
    """The long-text script, if it is the one that was tried."""
    with urllib.request.urlopen(SCRIPT, timeout=60) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != SCRIPT_SHA256:
        raise ValueError("the script is not the one that was tried")
    place = folder / "minimax-speech"
    place.mkdir(parents=True, exist_ok=True)
    (place / "text_to_speech.py").write_bytes(content)


def main() -> int:
    """Install everything. The exit code is 1 when something is missing."""
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PUBLIC_CLIENTS")
    folder = Path(named or ROOT / "var" / "public-clients").resolve()
    works: dict[str, Callable[[], None]] = {
        path.name: lambda path=path: install_python(path, folder)  # type: ignore[misc]
        for path in sorted(LISTS.glob("requirements-*.txt"))
    }
    works["package.json"] = lambda: install_node(folder)
    works["text_to_speech.py"] = lambda: fetch_script(folder)
    missing = []
    for name, work in works.items():
        sys.stdout.write(f"Installing {name}…\n")
        sys.stdout.flush()
        try:
            work()
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            missing.append(f"{name}: {error}")
    sys.stdout.write("".join(f"missing: {line}\n" for line in missing))
    sys.stdout.write(f"The clients are in {folder}.\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
