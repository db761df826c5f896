"""What to know of the proxy of Clore's guide before paying it."""

from providers.about import About

ABOUT = About(
    title="Clore-style proxy",
    what="The small server of a published guide: one text in, audio bytes out, a MiniMax account behind it.",
    before_paying=(
        "You pay through the account of whoever runs it, at its price; list prices of MiniMax (global) are assumed, "
        "and "
        "every number is our estimate.",
        "It speaks with one model (`speech-02-hd`) at 32 kHz, and passes on text, voice, speed and container only.",
        "Clones of the account behind it cannot be listed: name them in the option `voices`.",
    ),
    traps=(
        "As published it reads MiniMax's hexadecimal as base64 and answers noise with status 200: it is turned back "
        "into "
        "the audio it was, byte for byte.",
        "It falls over with a bare 500 after a synthesis that may be paid: the outcome counts as possibly charged.",
    ),
    sources=("Clore.ai's guide to MiniMax speech (FastAPI server before t2a_v2)",),
    address="http://proxy.example:8000",
)
