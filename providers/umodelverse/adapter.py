"""UModelverse, as the platform sees it.

Documented is synchronous speech alone. Clones, long texts, files, lists and designs are MiniMax's own routes, which may
be passed through: an operator who has tried turns them on for an account with the option ``native_routes``.
"""

from __future__ import annotations

from collections.abc import Mapping

from providers.adapter import Adapter
from providers.characters import billed_characters
from providers.errors import ProviderError, malformed
from providers.long_text import LongTextRequest, LongTextResult, LongTextState, LongTextTask
from providers.minimax import checks, design, files, long_text, rules, subtitles, voices
from providers.minimax.answers import get, json_object, trace, words
from providers.minimax.checks import check_speech
from providers.minimax.errors import http_error
from providers.minimax.text import normalized
from providers.options import (
    FAILURES_MAY_CHARGE,
    FLUENT_ON_28,
    LONG_TEXT_LIMIT,
    MIX_WEIGHTS_FIELD,
    RETRY_WITHOUT_EMOTION,
    switch,
)
from providers.stream import StreamExchange
from providers.types import (
    JSON,
    Account,
    AccountCheck,
    Capabilities,
    CloneRequest,
    CloneResult,
    DeleteResult,
    FilePurpose,
    ListedVoice,
    Operation,
    PronunciationRule,
    SpeechRequest,
    SpeechResult,
    StoredFile,
    Subtitle,
    UploadedFile,
    UploadPart,
    VoiceKind,
)
from providers.umodelverse import speech
from providers.umodelverse.about import ABOUT
from providers.umodelverse.errors import refuse_gateway
from providers.umodelverse.limits import CAPABILITIES, NATIVE_CAPABILITIES, OFFER
from providers.umodelverse.regions import REGIONS
from providers.umodelverse.speech import behind_gateway, native
from providers.verdicts import verdict_of
from providers.voice_design import DesignRequest, DesignResult


class UModelverse(Adapter):
    """Speech of MiniMax's models over UModelverse."""

    name = "umodelverse"
    capabilities = CAPABILITIES
    regions = REGIONS
    price_list = "umodelverse"
    options = (
        switch(
            "native_routes",
            "MiniMax's other routes are passed through, so voices are cloned here too; the documentation names only "
            "speech",
        ),
        MIX_WEIGHTS_FIELD,
        FAILURES_MAY_CHARGE,
        FLUENT_ON_28,
        RETRY_WITHOUT_EMOTION,
        LONG_TEXT_LIMIT,
    )
    about = ABOUT
    catalogue = "minimax"

    def capabilities_of(self, options: Mapping[str, JSON]) -> Capabilities:
        return NATIVE_CAPABILITIES if options.get("native_routes") is True else CAPABILITIES

    def check_speech(self, account: Account, request: SpeechRequest) -> None:
        check_speech(account, request, offer=OFFER)

    def speech(self, account: Account, request: SpeechRequest) -> Operation[SpeechResult]:
        return speech.speech(account, request)

    def check_stream(self, account: Account, request: SpeechRequest) -> None:
        check_speech(account, request, streamed=True, offer=OFFER)

    def stream_speech(self, account: Account, request: SpeechRequest) -> StreamExchange:
        return speech.stream_speech(account, request)

    def read_subtitles(self, content: bytes) -> tuple[Subtitle, ...]:
        return subtitles.read_subtitles(content)

    def check_long_text(self, account: Account, request: LongTextRequest) -> None:
        checks.check_long_text(self._switched(account, "long_text"), request, offer=OFFER)

    def submit_long_text(self, account: Account, request: LongTextRequest) -> Operation[LongTextTask]:
        self.check_long_text(account, request)
        return behind_gateway(long_text.submit(native(account), request))

    def query_long_text(self, account: Account, task_id: str) -> Operation[LongTextState]:
        return behind_gateway(long_text.query(self._switched(account, "long_text"), task_id))

    def fetch_long_text(
        self, account: Account, file_id: str, container: str, *, max_bytes: int = files.MAX_CONTENT_BYTES
    ) -> Operation[LongTextResult]:
        asked = long_text.fetch(self._switched(account, "long_text"), file_id, container, max_bytes=max_bytes)
        return behind_gateway(asked)

    def upload_file(self, account: Account, part: UploadPart, purpose: FilePurpose) -> Operation[UploadedFile]:
        return behind_gateway(files.upload(self._switched(account, "files"), part, purpose=purpose))

    def list_files(self, account: Account, purpose: FilePurpose) -> Operation[list[StoredFile]]:
        return behind_gateway(files.list_files(self._switched(account, "files"), purpose))

    def retrieve_file(self, account: Account, file_id: str) -> Operation[StoredFile]:
        return behind_gateway(files.retrieve_file(self._switched(account, "files"), file_id))

    def file_content(
        self, account: Account, file_id: str, *, max_bytes: int = files.MAX_CONTENT_BYTES
    ) -> Operation[bytes]:
        return behind_gateway(files.file_content(self._switched(account, "files"), file_id, max_bytes=max_bytes))

    def delete_file(self, account: Account, file_id: str, purpose: FilePurpose) -> Operation[DeleteResult]:
        return behind_gateway(files.delete_file(self._switched(account, "files"), file_id, purpose))

    def check_clone(self, account: Account, request: CloneRequest) -> None:
        self._switched(account, "clone")
        voices.check_clone(request)

    def clone(self, account: Account, request: CloneRequest) -> Operation[CloneResult]:
        return behind_gateway(voices.clone(self._switched(account, "clone"), request))

    def check_design(self, account: Account, request: DesignRequest) -> None:
        self._switched(account, "design")
        design.check_design(request)

    def design(self, account: Account, request: DesignRequest) -> Operation[DesignResult]:
        return behind_gateway(design.design(self._switched(account, "design"), request))

    def list_voices(self, account: Account) -> Operation[list[ListedVoice]]:
        return behind_gateway(voices.list_voices(self._switched(account, "list")))

    def delete_voice(self, account: Account, voice_id: str, kind: VoiceKind) -> Operation[DeleteResult]:
        return behind_gateway(voices.delete_voice(self._switched(account, "delete"), voice_id, kind))

    def check_account(self, account: Account) -> Operation[AccountCheck]:
        """Lists the models: free, and refused without a valid key. Speech models are never among them."""
        try:
            asked = get(native(account), "/v1/models", operation="models", params={})
            response = yield asked
            refuse_gateway(asked, response)
            body, trace_id = json_object(response.content), trace(response, None)
            if response.status != 200:
                raise http_error(asked, response.status, words(response, body), trace_id=trace_id)
            if body is None or not isinstance(body.get("data"), list):
                raise malformed(asked, "no list of models", http_status=response.status, trace_id=trace_id)
        except ProviderError as error:
            return AccountCheck(
                ok=False, verdict=verdict_of(error), finding=error.message, code=error.code, trace_id=error.trace_id
            )
        return AccountCheck(ok=True, verdict="ok", finding=f"{len(body['data'])} models of text", trace_id=trace_id)

    def compile_rule(self, rule: PronunciationRule) -> str:
        return rules.compiled(rule)

    def count_characters(self, text: str) -> int:
        return billed_characters(normalized(text), "minimax")

    def new_voice_id(self, hint: str, random_suffix: str) -> str:
        return voices.new_voice_id(hint, random_suffix)

    def _switched(self, account: Account, operation: str) -> Account:
        """The account as MiniMax's routes need it. Raises ``UnsupportedError`` unless its operator turned them on."""
        if operation not in self.capabilities_of(account.options).operations:
            raise self.unsupported(operation)
        return native(account)
