"""Calls WaveSpeed's Python client, one call after the other.

call_wavespeed.py <base URL> <key> <JSON list of [model, input, options]>

An input may name a file to upload as {"upload": path}. Writes the answers as a JSON list into answers.json; an error is
its text.
"""

import json
import sys
from pathlib import Path

from wavespeed import Client

base_url, key, calls = sys.argv[1:]
client = Client(api_key=key, base_url=base_url)
answers = []
for model, asked, options in json.loads(calls):
    filled = {
        name: client.upload(value["upload"]) if isinstance(value, dict) else value for name, value in asked.items()
    }
    try:
        answers.append(client.run(model, filled, **options)["outputs"])
    except RuntimeError as error:
        answers.append(str(error))
Path("answers.json").write_text(json.dumps(answers))
