"""What to know of PPIO and Novita before paying them."""

from providers.about import About

ABOUT = About(
    title="PPIO, Novita, jiekou.ai",
    what="One gateway under several brands that resells MiniMax's models; the address decides the brand and the "
    "currency.",
    before_paying=(
        "The recording of a clone is pulled: `PUBLIC_URL` (or the S3 store) has to be reachable from the outside. "
        "That is "
        "tried before any fee.",
        "PPIO picks the voice id and says it in one answer and nowhere else: a lost answer is a lost voice, and is "
        "never "
        "asked for again by itself.",
        "There is no list of voices and no deletion. A clone dies after 168 hours unless it speaks once for real.",
        "Only the 2.8 models tell what they billed; the rest is our estimate. One price is published (2.8-turbo at "
        "Novita): enter yours before you trust the totals.",
    ),
    traps=(
        "2.8 answers in another shape than the models before it, and the same model can fail in either of two ways.",
        "`timber_weights`, `timbre_weights`: the wrong spelling for a model is ignored without a word.",
        "A bad key answers 403, not 401.",
        "2.5 models carry `-preview` in their path, the others do not.",
        "The `neutral` emotion exists up to 2.6 only.",
    ),
    sources=(
        "[ppio.com/docs](https://ppio.com/docs), [novita.ai/docs](https://novita.ai/docs), "
        "[docs.jiekou.ai](https://docs.jiekou.ai): MiniMax speech, asynchronous speech, voice cloning",
        "[jaxzhang-svg/novita-skills](https://github.com/jaxzhang-svg/novita-skills)@79ef187, error codes",
    ),
)
