"""The traps of MiniMax's wire, and who would notice when one is stepped into.

Each trap names tests that fail when its handling is taken away; some are handled by the platform above the adapter.
"""

import ast
from typing import Any

import pytest

from tests.architecture.source import ROOT

ANSWERS = "tests/providers/test_minimax_speech_answers.py"
REQUESTS = "tests/providers/test_minimax_speech_requests.py"
REFUSALS = "tests/providers/test_minimax_refusals.py"
STREAMING = "tests/providers/test_minimax_streaming.py"
SUBTITLES = "tests/providers/test_minimax_subtitles.py"
LONG_TEXT = "tests/providers/test_minimax_long_text.py"
CLONE = "tests/providers/test_minimax_clone.py"
VOICES = "tests/providers/test_minimax_voices.py"
SOCKET = "tests/providers/test_minimax_over_the_socket.py"
ERRORS = "tests/providers/test_error_table.py"
PAYLOAD = "tests/providers/test_audio_payload.py"
EMOTION = "tests/providers/test_minimax_refused_emotion.py"

TRAPS: dict[int, tuple[Any, ...]] = {
    1: (
        "Audio is hexadecimal; read as base64 it becomes garbage without complaint",
        (ANSWERS, "test_odd_hex_wrong_letters_and_base64_are_malformed_and_keep_the_bill"),
        (PAYLOAD, "test_hex_is_never_read_as_base64_even_where_base64_is_allowed"),
    ),
    2: (
        "HTTP 200 is not success",
        (ERRORS, "test_each_code_answers_the_four_questions_although_http_says_200"),
        (ERRORS, "test_a_failing_code_outweighs_audio_that_came_with_it"),
    ),
    3: (
        "The last frame of a stream repeats all audio",
        (STREAMING, "test_the_repetition_of_all_audio_at_the_end_is_not_heard_twice"),
        (STREAMING, "test_a_repetition_that_comes_before_the_end_frame_is_not_heard_twice_either"),
    ),
    4: (
        "A stream that fails early answers plain JSON",
        (STREAMING, "test_a_plain_error_instead_of_a_stream_is_the_error"),
        (STREAMING, "test_a_plain_error_may_be_written_over_several_lines"),
    ),
    5: (
        "Lines of a stream are split anywhere and very long",
        (STREAMING, "test_wherever_the_bytes_are_split_the_same_is_heard"),
        (STREAMING, "test_a_line_of_a_megabyte_in_small_pieces_is_read"),
    ),
    6: (
        "Hexadecimal of odd length or with other letters is damage, never cut to what can be read",
        (PAYLOAD, "test_damaged_hex_is_refused"),
    ),
    7: (
        "An empty GroupId reads as an empty purse, a wrong one as a wrong key",
        (REQUESTS, "test_an_empty_group_id_is_never_sent"),
        (REQUESTS, "test_a_group_id_is_sent_exactly"),
    ),
    8: (
        "A key of another region reads as an invalid key",
        (VOICES, "test_a_refused_account_says_what_to_look_at"),
    ),
    9: (
        "The preview of a clone is billed and activates nothing",
        ("tests/voicelib/test_a_voice_is_cloned.py", "test_a_preview_is_booked_and_kept_and_does_not_activate"),
    ),
    10: (
        "Activation costs the fee of the clone",
        ("tests/voicelib/test_a_real_use_activates.py", "test_the_first_use_activates_and_books_the_fee_once"),
        (
            "tests/synthesis/test_the_first_use_of_a_clone.py",
            "test_the_first_clip_holds_and_books_the_fee_once_and_keeps_the_voice",
        ),
    ),
    11: (
        "The list of voices hides clones that were never used, so absence proves nothing",
        (SOCKET, "test_a_clone_speaks_appears_after_its_first_use_and_is_deleted_once"),
        (
            "tests/voicelib/test_a_clone_is_never_made_twice.py",
            "test_speaking_proves_an_unproven_voice_and_settles_its_clone",
        ),
    ),
    12: (
        "The answer to a clone names no voice, and a retry meets 2039 although the voice is ours",
        (CLONE, "test_the_answer_names_no_voice_so_the_id_that_was_sent_is_the_id"),
        (
            "tests/voicelib/test_a_clone_is_never_made_twice.py",
            "test_our_own_id_taken_at_a_retry_means_that_the_first_try_made_it",
        ),
    ),
    13: (
        "Deleted ids are burnt; a missing voice is 2013 when deleting and 2054 when speaking",
        (VOICES, "test_a_voice_that_does_not_exist_is_gone_already"),
        (ERRORS, "test_each_code_answers_the_four_questions_although_http_says_200"),
        (
            "tests/voicelib/test_voices_are_kept_in_time.py",
            "test_a_lapsed_voice_can_be_cloned_again_under_a_new_id",
        ),
    ),
    14: (
        "A voice that does not exist is deleted; one that was refused is not",
        (VOICES, "test_a_refusal_is_never_taken_for_a_voice_that_is_gone"),
        (VOICES, "test_an_ambiguous_20132_is_never_taken_for_a_voice_that_is_gone"),
    ),
    15: (
        "Long texts have other field names and two channels unless told",
        (LONG_TEXT, "test_the_body_has_the_names_of_the_async_reference_and_always_says_its_channels"),
        (LONG_TEXT, "test_every_other_setting_goes_out_too"),
    ),
    16: (
        "The result of a long text is a tar",
        (LONG_TEXT, "test_the_result_is_unpacked_into_audio_times_and_description"),
    ),
    17: (
        "Ids come as numbers and as texts, longer than a float can hold",
        (LONG_TEXT, "test_ids_are_text_whatever_they_came_as_and_the_bill_comes_at_once"),
        (CLONE, "test_the_file_id_stays_exact_beyond_what_a_float_holds_and_goes_as_an_integer"),
        (CLONE, "test_a_file_id_that_came_as_text_is_taken"),
    ),
    18: (
        "States are written in any case",
        (LONG_TEXT, "test_states_are_read_in_any_case"),
    ),
    19: (
        "Addresses of audio end after hours: what is there is copied at once, and the address never kept for it",
        ("tests/synthesis/test_audio_that_comes_as_an_address.py", "test_the_audio_is_copied_before_its_address_ends"),
        ("tests/voicelib/test_a_voice_is_cloned.py", "test_a_preview_is_booked_and_kept_and_does_not_activate"),
    ),
    20: (
        "text_validation is the transcript, not a switch",
        (CLONE, "test_every_option_goes_out_under_the_vendors_name"),
        (CLONE, "test_what_the_vendor_would_refuse_is_refused_before_the_upload"),
    ),
    21: (
        "Pitch and weights are whole numbers, and no volume is not a volume",
        (REFUSALS, "test_a_setting_that_does_not_fit_is_refused_by_its_name"),
    ),
    22: (
        "Effects exist in mp3, wav and flac only, streamed in mp3 only",
        (REFUSALS, "test_a_setting_that_does_not_fit_is_refused_by_its_name"),
        (STREAMING, "test_what_cannot_be_streamed_is_refused_by_its_name_before_sending"),
    ),
    23: (
        "The default rate is no rate for opus",
        (REFUSALS, "test_the_default_rate_is_no_rate_for_opus"),
    ),
    24: (
        "word_count is not what is billed",
        (ANSWERS, "test_hex_audio_is_decoded_and_the_bill_is_the_vendors"),
        (STREAMING, "test_the_bill_is_in_the_last_frame_only"),
    ),
    25: (
        "Pauses and tags are billed character by character",
        ("tests/providers/test_characters.py", "test_pauses_and_tags_are_billed_character_by_character"),
    ),
    26: (
        "Subtitles are a flat array with milliseconds as floats",
        (SUBTITLES, "test_a_flat_array_of_entries_is_read"),
        (SUBTITLES, "test_words_have_their_times"),
    ),
    27: (
        "Clones may be moderated: two shapes of a flag, and two codes",
        (CLONE, "test_both_shapes_of_the_moderation_flag_are_read"),
        (ERRORS, "test_each_code_answers_the_four_questions_although_http_says_200"),
    ),
    28: (
        "A voice may refuse every emotion",
        (EMOTION, "test_where_wanted_it_is_spoken_once_more_without_the_emotion_and_told"),
        (EMOTION, "test_by_default_the_refusal_stands"),
    ),
    29: (
        "2056 is a window of time, 1008 is money",
        (ERRORS, "test_each_code_answers_the_four_questions_although_http_says_200"),
    ),
    30: (
        "Success may be a fifth of a second of audio, or words that are not in the text",
        (PAYLOAD, "test_the_measured_clip_of_a_fifth_of_a_second_is_flagged"),
        (PAYLOAD, "test_a_clone_that_goes_on_talking_is_flagged"),
        ("tests/synthesis/test_provider_failures.py", "test_audio_that_is_too_short_for_its_text_is_flagged"),
    ),
}
WATCHERS = [
    pytest.param(path, name, id=f"{number}-{name}") for number, (_, *tests) in TRAPS.items() for path, name in tests
]


def test_all_thirty_traps_are_watched():
    assert sorted(TRAPS) == list(range(1, 31))


@pytest.mark.parametrize(("path", "name"), WATCHERS)
def test_who_watches_a_trap_exists(path, name):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
