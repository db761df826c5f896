"""HTTP ranges of one file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.byte_ranges import ByteRange, UnsatisfiableRangeError, read_range


@given(size=st.integers(1, 1000), first=st.integers(0, 1200), last=st.integers(0, 1200))
def test_a_range_lies_inside_of_the_file(size, first, last):
    try:
        part = read_range(f"bytes={first}-{last}", size=size)
    except UnsatisfiableRangeError:
        assert first >= size
    else:
        if part is None:
            assert last < first
        else:
            assert 0 <= part.first <= part.last < size
            assert part.size == part.last - part.first + 1


def test_the_last_bytes_of_a_small_file():
    assert read_range("bytes=-500", size=10) == ByteRange(0, 9)
    with pytest.raises(UnsatisfiableRangeError):
        read_range("bytes=-0", size=10)


def test_a_number_of_any_length_is_read():
    assert read_range(f"bytes={'9' * 5000}-", size=10) is None
