"""What the contract has to know about a provider that its capabilities do not tell."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from providers.adapter import Adapter
from providers.types import Account, Operation, SpeechRequest, SpeechResult, VoiceKind


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A fault of the sandbox that refuses a call, and what the adapter has to make of it."""

    fault: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    category: str
    code: str | None


@contextlib.contextmanager
def uploaded(recording: bytes) -> Iterator[dict[str, Any]]:
    """How a recording goes into a clone request where the provider takes the bytes."""
    yield {"sample": recording, "sample_name": "take.wav", "sample_type": "audio/wav"}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One provider on the sandbox.

    `routes` names, for each operation, the call as the sandbox's faults and requests know it. `unchecked` sends a
    synthesis without any check of ours, so that the sandbox's own strictness answers. `stricter` lists the fields
    where we refuse on purpose what the sandbox takes. `hand_over` gives the fields of a clone request that hold a
    recording. `fees`: the first use of a voice that was made costs one. `traced`: every answer carries a trace id, as
    servers of one's own do not. `own_kind` is the kind under which the provider's own voices are listed.
    `hides_reasons`: whatever goes wrong behind it is a bare 500. `names_designs`: the id of a designed voice is the
    caller's to pick. `pace` is the pace of the sandbox at which its tests are quick. `traced_lines`: lines of the bill
    whose answers carry one though not every answer does. `told`: lines of the bill whose characters an answer tells,
    None for those of `billing_source`. `preview_model` speaks the preview of a clone, `clone_extras` are more wishes
    for one with a prompt, `long_settings` more settings of a long text.
    """

    adapter: Adapter
    mount: str
    voice_id: str
    other_voice_id: str
    routes: Mapping[str, str]
    refusal: Refusal
    unchecked: Callable[[Account, SpeechRequest], Operation[SpeechResult]]
    options: Mapping[str, Any] = field(default_factory=dict)
    stricter: frozenset[str] = frozenset()
    hand_over: Callable[[bytes], AbstractContextManager[dict[str, Any]]] = uploaded
    clone_kind: VoiceKind = "cloned"
    own_kind: VoiceKind = "system"
    fees: bool = True
    traced: bool = True
    hides_reasons: bool = False
    names_designs: bool = False
    pace: Mapping[str, float] = field(default_factory=dict)
    told: frozenset[str] | None = None
    traced_lines: frozenset[str] = frozenset()
    preview_model: str | None = None
    clone_extras: Mapping[str, Any] = field(default_factory=dict)
    long_settings: Mapping[str, Any] = field(default_factory=lambda: {"emotion": "calm"})

    @property
    def name(self) -> str:
        return self.adapter.name

    def tells(self, operation: str) -> bool:
        """Whether an answer says how many characters of this operation are billed."""
        if self.told is not None:
            return operation in self.told
        return self.adapter.capabilities.billing_source == "provider"

    def traces(self, operation: str) -> bool:
        """Whether the answer to this operation has a trace id."""
        return self.traced or operation in self.traced_lines
