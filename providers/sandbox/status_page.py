"""The page at `/_sandbox/`: what the vendor knows, for a person to look at. Plain HTML, nothing from elsewhere.

Keys and texts are not on it. Everything that is not `Html` is escaped.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from providers.sandbox.clock import iso
from providers.sandbox.emulator import Emulator

MOST_VOICES = 200
MOST_LINES = 50
MOST_TASKS = 50
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;"
    "padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .7rem .3rem 0;"
    "border-bottom:1px solid #8886;overflow-wrap:anywhere}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
)


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def element(tag: str, *children: object, css: str = "") -> Html:
    """An element around its children; a child that is not `Html` is escaped."""
    inner = "".join(child if isinstance(child, Html) else escape(str(child)) for child in children)
    attribute = f' class="{escape(css)}"' if css else ""
    return Html(f"<{tag}{attribute}>{inner}</{tag}>")


def status_page(emulator: Emulator) -> str:
    """The whole page."""
    body = element(
        "body",
        element("h1", "Sandbox"),
        element("p", f"Clock {iso(emulator.clock.now())}, {emulator.clock.reading()['offset_seconds']} s ahead."),
        *_voices(emulator),
        *_bill(emulator),
        *_tasks(emulator),
        *_faults(emulator),
    )
    head = element("head", Html('<meta charset="utf-8">'), element("title", "Sandbox"), element("style", Html(_STYLE)))
    return f'<!doctype html><html lang="en">{head}{body}</html>'


def _voices(emulator: Emulator) -> list[Html]:
    now = emulator.clock.now()
    made = emulator.voices.made(account=None)
    rows = [
        (voice.voice_id, voice.kind, voice.state(now), iso(voice.created_at), _left(voice.expires_at - now)
         if voice.state(now) == "temporary" else "", "charged" if voice.fee_charged else "", voice.provider)
        for voice in reversed(made[-MOST_VOICES:])
    ]  # fmt: skip
    names = ("Voice", "Kind", "State", "Created", "Time left", "Fee", "Provider")
    return _table("Voices", names, rows, total=len(made))


def _left(seconds: float) -> str:
    hours, minutes = divmod(max(0, int(seconds)) // 60, 60)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h {minutes} min"


def _bill(emulator: Emulator) -> list[Html]:
    statement = emulator.bill.statement(account=None, provider=None)
    lines = statement["lines"]
    rows = [
        (line["at"], line["operation"], line["model"], line["voice_id"], line["characters"],
         _money(line["amount_micros"]), line["currency"], line["provider"])
        for line in reversed(lines[-MOST_LINES:])
    ]  # fmt: skip
    names = ("At", "Operation", "Model", "Voice", "Characters", "Amount", "Currency", "Provider")
    return _table("Bill", names, [*_totals(lines), *rows], total=len(lines))


def _totals(lines: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """One row per currency."""
    rows: list[tuple[Any, ...]] = []
    for currency in sorted({line["currency"] for line in lines}):
        meant = [line for line in lines if line["currency"] == currency]
        characters, amount = (sum(line[name] for line in meant) for name in ("characters", "amount_micros"))
        rows.append(("Total", "", "", "", characters, _money(amount), currency, ""))
    return rows


def _money(micros: int) -> str:
    return f"{micros / 1_000_000:.6f}"


def _tasks(emulator: Emulator) -> list[Html]:
    now = emulator.clock.now()
    tasks = emulator.tasks.newest(MOST_TASKS)
    rows = [(task.task_id, task.status(now), iso(task.created_at), iso(task.ready_at)) for task in tasks]
    return _table("Tasks", ("Task", "Status", "Created", "Not ready before"), rows, total=len(rows))


def _faults(emulator: Emulator) -> list[Html]:
    rows = [
        (order.fault, order.operation, "until cleared" if order.count is None else order.count, order.probability)
        for order in emulator.faults.orders()
    ]
    return _table("Faults", ("Fault", "Operation", "Times left", "Probability"), rows, total=len(rows))


def _table(title: str, names: Iterable[str], rows: list[tuple[Any, ...]], *, total: int) -> list[Html]:
    heading = element("h2", title, f" ({total})")
    if not rows:
        return [heading, element("p", "None.")]
    head = element("tr", *(element("th", name) for name in names))
    body = [element("tr", *(_cell(value) for value in row)) for row in rows]
    return [heading, element("table", element("thead", head), element("tbody", *body))]


def _cell(value: object) -> Html:
    return element("td", value, css="n" if isinstance(value, int | float) else "")
