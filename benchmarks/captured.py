"""What the queries of a running tick cost: caught as they are sent, with the plan that the server really ran."""

import contextlib
import json
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from django.db import connection

# It only reads, so it may be sent again: the time of one is that of the machine's mood.
REPEAT = 8
_DUE = re.compile(r'"voicelib_(\w+)"\."(\w+_at)" <= ')


@dataclass(frozen=True)
class Cost:
    """Of one run of one query: milliseconds as the tick waits for it, rows read, pages of 8 kB seen."""

    ms: float
    rows: int
    pages: int


class Costs:
    """By `table.column` of the due time; a query that the tick sends twice is there twice."""

    def __init__(self):
        self._runs = defaultdict(list)

    def queries(self):
        return sorted(self._runs)

    def of(self, query, what):
        return median(getattr(cost, what) for cost in self._runs[query])

    @contextlib.contextmanager
    def catching(self):
        """Every query inside that asks for what is due is explained and timed with its own values, and then sent."""
        with connection.execute_wrapper(self._run):
            yield

    def _run(self, execute, sql, params, many, context):
        due = _DUE.search(sql)
        if due is None or not sql.startswith("SELECT"):
            return execute(sql, params, many, context)
        # On the driver's own cursor: the connection's would be caught again.
        with connection.connection.cursor() as cursor:
            rows, pages = _explained(cursor, sql, params)
            for _ in range(REPEAT):
                began = time.perf_counter()
                cursor.execute(sql, params)
                ms = (time.perf_counter() - began) * 1000
                self._runs[f"{due[1]}.{due[2]}"].append(Cost(ms, rows, pages))
        return execute(sql, params, many, context)


def _explained(cursor, sql, params):
    cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
    answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return sum(_rows_of(node) for node in _nodes(plan)), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def _nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _rows_of(node):
    """Rows that a scan took from its table, those it threw away included."""
    if "Relation Name" not in node:
        return 0
    thrown_away = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return round((node["Actual Rows"] + thrown_away) * node["Actual Loops"])
