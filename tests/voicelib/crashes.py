"""Workers that die at a step, and what follows: the lease they held runs out."""

from datetime import timedelta

from accounts import clock
from voicelib.models import ProviderVoice


class WorkerDiedError(BaseException):
    """Stands for a process that is gone: nothing catches it, nothing after it runs."""


def lease_runs_out(home):
    ProviderVoice.objects.filter(id=home.id).update(lease_until=clock.real_now() - timedelta(seconds=1))
