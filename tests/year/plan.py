"""What happens in the year, drawn beforehand from one seed: who is born when, who speaks, what breaks. Pure."""

import random
from dataclasses import dataclass, field

from tests.year.houses import DAY_HOURS, Rules

# (policy, on_silence) and how many of ten voices have it.
POLICIES = (
    (("always", "activate"), 5),
    (("ask", "activate"), 1),
    (("ask", "lapse"), 2),
    (("let_lapse", "lapse"), 2),
)
# How many hours lie between two uses of a voice on the average, and how many of ten voices are used so.
HABITS = ((None, 6), (60 * DAY_HOURS, 3), (20 * DAY_HOURS, 1))
OUTAGES = (
    ({"operation": "*", "fault": "http_500"},),
    ({"operation": "*", "fault": "close_connection"},),
    ({"operation": "*", "fault": "timeout_before_charge"},),
    ({"operation": "t2a", "fault": "error_in_200", "status_code": 1000},),
)
THROTTLING = ({"operation": "t2a", "fault": "rate_limit", "status_code": 1002, "probability": 0.6},)
LOST_ANSWERS = (
    {"operation": "t2a", "fault": "timeout_after_charge", "probability": 0.4},
    {"operation": "voice_clone", "fault": "timeout_after_charge", "probability": 0.4},
)
LONGEST_OUTAGE_HOURS = 3 * DAY_HOURS


@dataclass(frozen=True, order=True)
class Happening:
    """Something at an hour of the year: `what` is a method of the world, called with `told`."""

    hour: float
    number: int
    what: str
    told: tuple = ()


@dataclass(frozen=True)
class Newborn:
    """A voice that will be made."""

    slug: str
    house: str
    policy: str
    on_silence: str


@dataclass
class Plan:
    """The happenings in order; `outages` are (house, from hour, to hour), a swapped key counting as one."""

    happenings: list[Happening] = field(default_factory=list)
    outages: list[tuple[str, float, float]] = field(default_factory=list)

    def add(self, hour: float, what: str, *told) -> None:
        self.happenings.append(Happening(hour, len(self.happenings), what, told))


def drawn(*, seed: int, rules: Rules, voices: int, days: int) -> Plan:
    """A year of `days` days with `voices` voices, at houses of these rules."""
    luck, plan, end = random.Random(seed), Plan(), days * DAY_HOURS
    swap = (end * 0.45, end * 0.45 + LONGEST_OUTAGE_HOURS)
    plan.add(swap[0], "swap_key", "swapped")
    plan.add(swap[1], "give_key_back", "swapped")
    plan.outages.append(("swapped", *swap))
    for rule in rules:
        _draw_troubles(plan, luck, rule.name, end, swap)
    for number in range(voices):
        _draw_voice(plan, luck, rules, number, end, swap)
    for hour in range(int(30 * DAY_HOURS), int(end), int(30 * DAY_HOURS)):
        plan.add(hour, "audit")
    plan.happenings.sort()
    return plan


def _draw_troubles(plan: Plan, luck: random.Random, house: str, end: float, swap: tuple[float, float]) -> None:
    """About one trouble in two weeks, one after the other; the house of the swapped key has its own then."""
    hour = luck.uniform(2, 10) * DAY_HOURS
    while hour < end - 20 * DAY_HOURS:
        kind = luck.choice(("outage", "outage", "throttling", "lost_answers"))
        longest = LONGEST_OUTAGE_HOURS if kind == "outage" else 4 * DAY_HOURS
        until = hour + luck.uniform(3, longest)
        if house != "swapped" or until < swap[0] - DAY_HOURS or hour > swap[1] + DAY_HOURS:
            faults = {"outage": luck.choice(OUTAGES), "throttling": THROTTLING, "lost_answers": LOST_ANSWERS}[kind]
            plan.add(hour, "break_down", house, kind, faults)
            plan.add(until, "mend", house, kind)
            if kind != "lost_answers":
                plan.outages.append((house, hour, until))
        hour = until + luck.uniform(3, 24) * DAY_HOURS


def _draw_voice(
    plan: Plan, luck: random.Random, rules: Rules, number: int, end: float, swap: tuple[float, float]
) -> None:
    house = luck.choices(rules, [rule.share for rule in rules])[0].name
    policy, on_silence = luck.choices([named for named, _ in POLICIES], [weight for _, weight in POLICIES])[0]
    born = luck.uniform(0, end - 15 * DAY_HOURS)
    if house == "swapped" and swap[0] - DAY_HOURS < born < swap[1] + DAY_HOURS:
        born = swap[1] + 2 * DAY_HOURS
    slug = f"voice-{number}"
    plan.add(born, "make_voice", Newborn(slug, house, policy, on_silence))
    if policy == "let_lapse":
        # Nobody speaks with what nobody means to pay for.
        return
    habit = luck.choices([named for named, _ in HABITS], [weight for _, weight in HABITS])[0]
    hour = born
    while habit is not None and (hour := hour + luck.expovariate(1 / habit)) < end - DAY_HOURS:
        plan.add(hour, "speak", slug)
    later = luck.uniform(born + 3 * DAY_HOURS, end)
    fate = luck.random()
    if fate < 0.06:
        plan.add(later, "delete_at_vendor", slug)
    elif fate < 0.13:
        plan.add(later, "revoke", slug)
        if luck.random() < 0.5:
            plan.add(later + luck.uniform(1, 20) * DAY_HOURS, "consent_again", slug)
