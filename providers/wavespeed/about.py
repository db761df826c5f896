"""What to know of WaveSpeed before paying it."""

from providers.about import About

ABOUT = About(
    title="WaveSpeedAI",
    what="A marketplace of models that runs MiniMax's speech as tasks: submitted once, asked for until they end.",
    before_paying=(
        "It costs more than MiniMax's own list for some models; every character is one unit, a Chinese one too. No "
        "answer "
        "tells what was billed, so everything is our estimate.",
        "A clone's preview is always spoken and paid: the platform sends the shortest one (`Hi.`), where the default "
        "is an "
        "advertisement of 88 characters.",
        "No price of keeping a clone is published: none is booked until a bill shows it.",
        "There is no list of voices and no deletion; a clone is kept for good once it has spoken, else for 7 days.",
        "No pronunciation rules, mixed voices or subtitles: refused by name, never dropped.",
    ),
    traps=(
        "A failed task is HTTP 200 with code 200 and `status: failed`.",
        "A wait that ran out (5004, or a gateway's 504) is work that goes on: it is read, never submitted again.",
        "Leaving the emotion out makes the voice happy: `neutral` is sent.",
        "The voice id is the one that was sent and stands in no answer.",
    ),
    sources=(
        "[wavespeed.ai/docs](https://wavespeed.ai/docs): what predictions are, error codes, webhooks, streaming, the "
        "page "
        "of each model",
        "[WaveSpeedAI/wavespeed-python](https://github.com/WaveSpeedAI/wavespeed-python)@a420718",
    ),
)
