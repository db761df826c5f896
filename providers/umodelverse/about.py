"""What to know of UModelverse before paying it."""

from providers.about import About

ABOUT = About(
    title="UModelverse (UCloud)",
    what="UCloud's gateway to MiniMax's models, in MiniMax's own wire.",
    before_paying=(
        "Only synchronous speech is documented. Voices cloned elsewhere at UCloud may be spoken with, but no way to "
        "clone "
        "is described; the option `native_routes` tries MiniMax's own routes, at your risk.",
        "Prices are in CNY at every host.",
    ),
    traps=(
        "It fails in two ways: MiniMax's `base_resp` with HTTP 200, and the gateway's `{error: …}`.",
        "`word_count` is not the bill (52 against 26 in its own sample); `usage_characters` is.",
        "The list of models holds text models only, so it proves the key and nothing about speech.",
        "The page writes `timber_weights` in its table and `timbre_weights` in the prose.",
    ),
    sources=(
        "[UCloudDoc-Team/modelverse](https://github.com/UCloudDoc-Team/modelverse)@c4b8951, page of t2a_v2 and errors",
    ),
)
