"""docs/providers.md, written from what the adapters declare. Pure: adapters in, Markdown out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from accounts.list_prices import LIST_PRICES
from providers.adapter import Adapter
from providers.types import Capabilities, CloneCapabilities, RetentionRule

# In the order of the table, with what they are.
OPERATIONS = {
    "speech": "speech",
    "stream": "audio while it is made",
    "socket": "text after text over a WebSocket",
    "long_text": "long texts, asynchronous",
    "subtitles": "subtitles",
    "watermark": "watermark",
    "mix": "mixed voices",
    "effects": "voice effects",
    "dictionary": "pronunciation rules",
    "clone": "clones",
    "clone_prompt": "clones with a prompt",
    "design": "designed voices",
    "list": "list of voices",
    "delete": "deletion of voices",
    "files": "files",
    "balance": "balance",
    "price": "price before it is paid",
}
_YES, _SWITCHED, _NO = "✓", "○", ""

_HEAD = """# Providers

Written by `make schema` from what the adapters declare; a test compares. How to make an account: [api.md](api.md).
What no provider offers is refused by name before anything is spent.

## What each of them can do

✓ offered, ○ only where an option of the account turns it on (see there).
"""


def page(adapters: Iterable[Adapter]) -> str:
    """The whole page."""
    rows = list(adapters)
    parts = [_HEAD, *_operations(rows), "", *(line for adapter in rows for line in _section(adapter))]
    return "\n".join(parts).rstrip("\n") + "\n"


def _operations(adapters: list[Adapter]) -> Iterator[str]:
    yield _row("", *(f"[{adapter.name}](#{adapter.name})" for adapter in adapters))
    yield _row("---", *("---" for _ in adapters))
    for operation, label in OPERATIONS.items():
        yield _row(label, *(_mark(adapter, operation) for adapter in adapters))


def _mark(adapter: Adapter, operation: str) -> str:
    if operation in adapter.capabilities.operations:
        return _YES
    return _SWITCHED if operation in _everything(adapter).operations else _NO


def _everything(adapter: Adapter) -> Capabilities:
    """What the provider can do with every switch on."""
    switches = {option.name: True for option in adapter.options if option.fits(True)}
    return adapter.capabilities_of(switches)


def _section(adapter: Adapter) -> Iterator[str]:
    about = adapter.about
    yield f'<a id="{adapter.name}"></a>'
    yield ""
    yield f"## {about.title} · `{adapter.name}`"
    yield ""
    yield about.what
    yield ""
    yield "Before the first paid call:"
    yield ""
    yield from (f"- {sentence}" for sentence in about.before_paying)
    yield ""
    yield "What the adapter protects from:"
    yield ""
    yield from (f"- {sentence}" for sentence in about.traps)
    yield ""
    yield _row("", "")
    yield _row("---", "---")
    yield from (_row(name, value) for name, value in _facts(adapter) if value)
    yield ""
    yield from _options(adapter)
    yield f"Read in: {'; '.join(about.sources)}."
    yield ""


def _facts(adapter: Adapter) -> Iterator[tuple[str, str]]:
    offered, clone = adapter.capabilities, _everything(adapter).clone
    yield "Addresses", _addresses(adapter)
    yield "Models", _models(offered)
    yield "Formats", _rates(offered)
    yield "Streamed", ", ".join(sorted(offered.stream_formats)) if "stream" in offered.operations else ""
    yield "Channels", ", ".join(map(str, offered.channels))
    yield "Bitrates", "; ".join(f"{name}: {_listed(rates)}" for name, rates in offered.bitrates.items())
    yield "Longest text", f"{offered.text_limit:,} characters"
    yield "Longest long text", f"{offered.long_text_limit:,} characters" if "long_text" in offered.operations else ""
    yield "Emotions", _emotions(offered)
    yield "Pronunciation rules", ", ".join(sorted(offered.rule_kinds))
    if clone is not None:
        yield from _clone_facts(clone, switched=offered.clone is None)
        yield "Retention of clones", _retention(_everything(adapter).retention)
    yield "Own voices", _own_voices(adapter)
    yield "Billed characters", _billing(offered)
    yield "Counting rule", offered.counts_characters or "code points, and one more for each Han character"
    yield "List prices", _prices(adapter)
    yield "Without a list price", _unpriced(adapter)
    yield "Documented pace", ", ".join(f"{name} {rate} a minute" for name, rate in offered.rates.items())
    yield "Work under an id", f"asked for up to {offered.task_hours} hours" if offered.task_hours else ""


def _clone_facts(clone: CloneCapabilities, *, switched: bool) -> Iterator[tuple[str, str]]:
    where = " (where the option turns it on)" if switched else ""
    handover = "uploaded" if clone.handover == "upload" else "pulled by the provider from a signed address"
    least = f"{clone.min_ms / 1000:g} to" if clone.min_ms else "up to"
    length = f"{least} {clone.max_ms / 1000:g} s, {clone.max_bytes / 1024**2:g} MiB at most"
    yield "Sample of a clone", f"{', '.join(sorted(clone.sample_containers))}; {length}; {handover}{where}"
    yield "Voice id", "picked by the platform" if clone.who_picks_id == "caller" else "picked by the provider"
    if not clone.preview_limit:
        yield "Preview of a clone", "none"
        return
    preview = f"up to {clone.preview_limit:,} characters"
    if clone.obligatory_preview:
        preview += f"; always spoken, `{clone.obligatory_preview}` where none is asked for"
    if clone.preview_models:
        preview += f"; by {_listed(clone.preview_models)}"
    yield "Preview of a clone", preview


def _addresses(adapter: Adapter) -> str:
    official = [f"`{row.name}` {row.base_url} ({row.currency})" for row in adapter.regions]
    return "; ".join(official) if official else f"of your own, e.g. `{adapter.about.address}`"


def _models(offered: Capabilities) -> str:
    roles = {offered.default_model: "default", offered.cheapest_model: "cheapest"}
    if offered.default_model == offered.cheapest_model:
        roles = {offered.default_model: "default"} if len(offered.models) > 1 else {}
    return ", ".join(f"`{name}`{f' ({roles[name]})' if name in roles else ''}" for name in offered.models)


def _rates(offered: Capabilities) -> str:
    groups: dict[tuple[int, ...], list[str]] = {}
    for name, rates in offered.formats.items():
        groups.setdefault(rates, []).append(name)
    return "; ".join(f"{', '.join(names)}: {_listed(rates)} Hz" for rates, names in groups.items())


def _emotions(offered: Capabilities) -> str:
    groups: dict[frozenset[str], list[str]] = {}
    for model, emotions in offered.emotions.items():
        groups.setdefault(emotions, []).append(model)
    if len(groups) == 1:
        return ", ".join(sorted(next(iter(groups)))) or "none"
    return "; ".join(f"{', '.join(models)}: {', '.join(sorted(known)) or 'none'}" for known, models in groups.items())


def _retention(rule: RetentionRule) -> str:
    sentences: Mapping[str, str] = {
        "activation": f"deleted after {rule.hours} hours unless used once for real; then kept for good",
        "rolling": f"deleted after {rule.hours} hours without use",
        "fixed": f"deleted after {rule.hours} hours, whatever is done",
        "none": "kept until somebody removes it",
    }
    return sentences[rule.kind]


def _own_voices(adapter: Adapter) -> str:
    if adapter.catalogue:
        return f"those of `{adapter.catalogue}`"
    known = len(adapter.known_voices())
    told = [f"{known} known"] if known else []
    if "list" in adapter.capabilities.operations:
        told.append("its list is imported")
    if any(option.name == "voices" for option in adapter.options):
        told.append("others by the option `voices`")
    return "; ".join(told)


def _billing(offered: Capabilities) -> str:
    told = offered.billing_source == "provider"
    return "told with each answer" if told else "our estimate wherever an answer tells none; flagged on clip and entry"


def _prices(adapter: Adapter) -> str:
    names = dict.fromkeys([*(row.price_list for row in adapter.regions), adapter.price_list])
    return "; ".join(filter(None, map(_price_list, names)))


def _price_list(name: str) -> str:
    rows = [row for row in LIST_PRICES if row["price_list"] == name]
    if not rows:
        return ""
    sources = {row["source"]: None for row in rows}
    return f"`{name}` ({rows[0]['currency']}): {', '.join(sources)}"


def priced_models(price_list: str, models: Iterable[str]) -> set[str]:
    """Those of the models whose characters have a price in the list."""
    known = {row["model"] for row in LIST_PRICES if row["price_list"] == price_list and row["unit"] == "character"}
    return {model for model in models if model in known or "" in known}


def _unpriced(adapter: Adapter) -> str:
    models = adapter.capabilities.models
    priced = priced_models(adapter.price_list, models)
    missing = [f"`{model}`" for model in models if model not in priced]
    return f"{', '.join(missing)}: refused until a price is entered" if missing else ""


def _options(adapter: Adapter) -> Iterator[str]:
    if not adapter.options:
        return
    yield _row("Option", "Value", "Without it", "Meaning")
    yield _row("---", "---", "---", "---")
    for option in adapter.options:
        yield _row(f"`{option.name}`", option.expected, option.default, option.meaning)
    yield ""


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
