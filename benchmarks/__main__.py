"""Run every benchmark in a throw-away folder and print one table."""

import json
import os
import socket
import sys
import tempfile
from pathlib import Path


def main():
    results = []
    out = Path.cwd() / "var" / "bench.json"
    with tempfile.TemporaryDirectory(prefix="voicelib-bench-") as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            os.environ["SANDBOX_PORT"] = str(probe.getsockname()[1])
        os.environ |= {"VOICELIB_DATA": folder, "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django  # noqa: PLC0415 - the settings read the environment above

        django.setup()
        from benchmarks import clips, money, postgresql, streaming, voices  # noqa: PLC0415
        from benchmarks.stage import stage  # noqa: PLC0415

        with stage() as set_up:
            for module in (money, clips, streaming, voices, postgresql):
                for benchmark in module.BENCHMARKS:
                    results.extend(benchmark(set_up))
    _print(results)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {out}")


def _print(results):
    width = max(len(row["name"]) for row in results)
    print(f"{'what':{width}} {'value':>10} {'unit':10} {'baseline':>10} {'ratio':>7}")
    for row in results:
        baseline = "" if row["baseline"] is None else f"{row['baseline']:10.3f}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:7.2f}"
        print(f"{row['name']:{width}} {row['value']:10.3f} {row['unit']:10} {baseline:>10} {ratio:>7}")


if __name__ == "__main__":
    sys.exit(main())
