"""Which promises hold for whom: decorators that the collection of this folder reads."""


def only_where(condition):
    """The promise binds providers whose capabilities fulfil the condition."""

    def mark(test):
        test.binds = condition
        return test

    return mark


def for_each(values):
    """The promise is kept for each value of what the capabilities declare, given as `case`."""

    def mark(test):
        test.cases = values
        return test

    return mark


def through_one_driver(test):
    """The promise is about the provider's own strictness: which driver asks makes no difference."""
    test.kinds = ("blocking",)
    return test
