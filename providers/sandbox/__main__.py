"""`python -m providers.sandbox`: the emulator alone."""

import argparse
import sqlite3
import sys
from pathlib import Path

from providers.sandbox.server import run


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m providers.sandbox", description="An offline MiniMax emulator.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--state", type=Path, help="file that keeps voices, files, bill and clock across restarts")
    parser.add_argument("--keys", help="comma-separated keys that are known; without it any key is an account")
    parser.add_argument("--allowed-hosts", default="", help="comma-separated names under which the controls answer")
    parser.add_argument("--exit-with-stdin", action="store_true", help="leave when stdin ends")
    arguments = parser.parse_args()
    try:
        return run(
            host=arguments.host,
            port=arguments.port,
            state=arguments.state,
            keys=None if arguments.keys is None else _words(arguments.keys),
            allowed_hosts=_words(arguments.allowed_hosts),
            exit_with_stdin=arguments.exit_with_stdin,
        )
    except sqlite3.Error as error:
        sys.stderr.write(f"sandbox: cannot use {arguments.state}: {error}\n")
        return 2


def _words(raw: str) -> list[str]:
    return [word.strip() for word in raw.split(",") if word.strip()]


if __name__ == "__main__":
    sys.exit(main())
