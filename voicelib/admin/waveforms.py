"""A recording as a picture: its peaks as one drawing."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.admin.shown import NOTHING
from voicelib.models import Sample

_HEIGHT = 128


def waveform(sample: Sample) -> str | SafeString:
    """The waveform from left to right; a dash for one that was not measured yet."""
    if not sample.peaks:
        return NOTHING
    lows, highs = sample.peaks[0::2], sample.peaks[1::2]
    over = [f"{position},{_HEIGHT - value}" for position, value in enumerate(highs)]
    under = [f"{position},{_HEIGHT - value}" for position, value in enumerate(lows)]
    return format_html(
        '<svg class="vl-wave" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polygon points="{}"></polygon></svg>',
        len(lows),
        2 * _HEIGHT,
        _("Waveform"),
        " ".join([*over, *reversed(under)]),
    )
