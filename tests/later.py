"""A provider that takes work on under an id and finishes it later: MiniMax's wire at the sandbox, which bills what is
submitted, with a shelf of tasks in front of it."""

import secrets
from dataclasses import replace

from providers.errors import PendingError
from providers.minimax.adapter import MiniMax
from providers.regions import Region
from providers.types import Accepted

AGAIN_SECONDS = 15.0


class Later(MiniMax):
    """`finished` says whether a question gets the result; `outcome` is raised in its place. Two more manners:
    recordings are pulled, and the provider picks the voice id; `tells` is the id in its answer if that is another."""

    name = "later"
    regions: tuple[Region, ...] = ()  # type: ignore[assignment]

    def __init__(self, *, pulls=False, picks_id=False, obligatory_preview=""):
        clone = MiniMax.capabilities.clone
        assert clone is not None
        clone = replace(
            clone,
            handover="url" if pulls else "upload",
            who_picks_id="provider" if picks_id else "caller",
            obligatory_preview=obligatory_preview,
        )
        self.capabilities = replace(MiniMax.capabilities, clone=clone, task_hours=168)
        self.finished = False
        self.outcome = None
        self.asked = 0
        self.handed_over = []
        self.picks_id = picks_id
        self.picked = []
        self.tells = None
        self._shelf = {}

    def speech(self, account, request):
        result = yield from super().speech(account, request)
        return (yield from self._accepted(result))

    def resume_speech(self, account, request, task):
        return self._asked(task)

    def clone(self, account, request):
        self.handed_over.append(request.sample_url)
        if self.picks_id:
            self.picked.append(f"vendor-picked-{secrets.token_hex(6)}")
            request = replace(request, voice_id=self.picked[-1])
        result = yield from super().clone(account, request)
        if self.tells is not None:
            result = replace(result, voice_id=self.tells)
        return (yield from self._accepted(result))

    def resume_clone(self, account, request, task):
        return self._asked(task)

    def _accepted(self, result):
        task = f"task-{len(self._shelf) + 1}"
        self._shelf[task] = result
        yield Accepted(task)
        return (yield from self._asked(task))

    def _asked(self, task):
        yield from ()
        self.asked += 1
        if self.outcome is not None:
            raise self.outcome
        if not self.finished:
            raise PendingError(task, AGAIN_SECONDS)
        return self._shelf[task]
