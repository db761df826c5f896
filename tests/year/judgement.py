"""The year is judged: each sentence of the promise, with what contradicts it."""

from tests.year import verdicts
from tests.year.world import World


def judge(world: World) -> None:
    """Raises AssertionError with everything that contradicts the promise."""
    books = verdicts.books_and_bill(world)
    contradictions = {
        "a wanted voice lapsed although nothing stood in the way": verdicts.lapses_nobody_can_explain(world),
        "a wanted voice that ended was not cloned again": verdicts.ends_without_a_successor(world),
        "something was paid for what was let go": verdicts.paid_for_what_was_let_go(world),
        "the swapped key cost something": verdicts.cost_of_the_wrong_key(world),
        "the books are not the bill": {name: both for name, both in books.items() if both["ours"] != both["theirs"]},
        "something was told twice": verdicts.alerts_told_twice(world),
        "a deadline passed without warning": verdicts.deadlines_without_a_warning(world),
        "a voice ended without a word": verdicts.ends_without_an_event(world),
        "letters were not sent": verdicts.alerts_never_sent(world),
        "a voice was kept twice": verdicts.needless_calls(world),
        "the shelves differ": verdicts.shelves_that_differ(world),
        "loose ends": verdicts.loose_ends(world),
    }
    found = {sentence: what for sentence, what in contradictions.items() if what}
    assert not found, found
