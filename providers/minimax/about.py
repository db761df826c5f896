"""What to know of MiniMax before paying it."""

from providers.about import About

ABOUT = About(
    title="MiniMax",
    what="The company whose speech models are spoken with here, at its own API. Offers everything the platform knows: "
    "cloning, design, dictionaries, streams, long texts, subtitles. The sandbox is an account of this provider too.",
    before_paying=(
        "Keys belong to a region: global (USD) and mainland (CNY) are two worlds, and a key of the other one is "
        "refused "
        "like a bad one. The account's check tells which region knows it.",
        "A fresh clone is deleted after 168 hours unless it speaks once for real; the clone fee falls due with that "
        "first "
        "use. The preview made while cloning is billed as speech and does not keep the voice.",
        "Whether failures on MiniMax's side are charged is written nowhere: they count as possibly charged unless the "
        "account says otherwise.",
    ),
    traps=(
        "HTTP 200 with a failing `base_resp` is an error.",
        "Audio is hexadecimal; read as base64 it becomes noise without complaint.",
        "The last frame of a stream repeats all of the audio.",
        "The list of voices hides clones that have not spoken yet, so their absence proves nothing.",
        "A voice id is burnt once used, even after the voice was deleted.",
        "The result of a long text is a tar archive although its name says mp3.",
    ),
    sources=(
        "[platform.minimax.io/docs](https://platform.minimax.io/docs): T2A over HTTP, over WebSocket and asynchronous, "
        "voice cloning, voice design, rate limits, pay-as-you-go prices",
    ),
)
