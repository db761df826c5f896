"""The traps of PPIO's and UModelverse's wires, and who would notice when one is stepped into: tests that fail when its
handling is taken away."""

import ast
from typing import Any

import pytest

from tests.architecture.source import ROOT

SPEECH = "tests/providers/test_ppio_speech.py"
REFUSALS = "tests/providers/test_ppio_refusals.py"
TASKS = "tests/providers/test_ppio_tasks_and_clones.py"
UMODELVERSE = "tests/providers/test_umodelverse.py"
SOCKET = "tests/providers/test_resellers_over_the_socket.py"
VOICES = "tests/voicelib/test_clones_at_resellers.py"

TRAPS: dict[str, tuple[Any, ...]] = {
    "The model is in the path, and 2.5 alone is a preview": (
        (SPEECH, "test_the_model_is_in_the_path_and_nowhere_else"),
        (SPEECH, "test_a_model_without_a_path_is_refused"),
    ),
    "The address decides the brand": ((SPEECH, "test_the_brand_is_a_matter_of_the_address"),),
    "Names of the same thing change with the generation, and a wrong one is ignored": (
        (SPEECH, "test_each_generation_has_its_own_names"),
        (TASKS, "test_names_in_long_texts_change_with_the_generation_and_channels_are_always_said"),
        (UMODELVERSE, "test_the_weights_are_spelled_as_in_the_table_unless_the_account_says_otherwise"),
    ),
    "Fields a generation does not know are ignored": ((SPEECH, "test_what_a_generation_would_ignore_is_refused"),),
    "Emotions change with the generation": ((SPEECH, "test_emotions_are_a_matter_of_the_generation"),),
    "Answers are flat up to 2.6 and nested after, until that changes": (
        (SPEECH, "test_both_shapes_are_read_on_every_route"),
        (SPEECH, "test_a_stream_of_the_other_shape_is_read_on_every_route"),
        (SOCKET, "test_a_silent_change_of_shape_is_read_all_the_same"),
    ),
    "Hexadecimal is legal base64": ((SPEECH, "test_hexadecimal_is_tried_before_base64_whose_letters_it_has_too"),),
    "The field of the audio may hold an address": ((SPEECH, "test_an_address_is_handed_on_whatever_was_asked_for"),),
    "A stream may repeat all audio with status 2": (
        (SPEECH, "test_a_stream_is_always_asked_not_to_repeat_itself"),
        (SPEECH, "test_what_comes_with_status_2_after_other_audio_is_dropped"),
        (UMODELVERSE, "test_a_stream_that_repeats_itself_is_heard_once"),
    ),
    "Billed characters are not told up to 2.6": (
        (SOCKET, "test_every_model_speaks_and_streams_and_only_2_8_tells_the_bill"),
        (VOICES, "test_its_preview_is_spoken_by_a_model_that_can_and_booked_as_estimated"),
    ),
    "The word count is no bill": (
        (SPEECH, "test_the_bill_is_usage_characters_and_never_the_word_count"),
        (UMODELVERSE, "test_the_bill_is_usage_characters_and_never_the_word_count"),
    ),
    "The status says little, the reason decides; a bad key is 403": (
        (REFUSALS, "test_the_reason_decides_and_not_the_status"),
        (REFUSALS, "test_a_bad_key_is_403_here"),
        (REFUSALS, "test_an_unknown_reason_is_no_answer_and_keeps_its_name"),
    ),
    "Errors come through two channels": (
        (REFUSALS, "test_minimaxs_verdict_in_a_200_counts_on_every_route"),
        (UMODELVERSE, "test_the_gateway_is_believed_under_any_status_and_minimax_in_a_200"),
        (UMODELVERSE, "test_the_gateways_codes_are_known_and_param_is_the_id_of_the_request"),
    ),
    "Whoever submits twice pays twice": (
        (REFUSALS, "test_what_failed_there_is_not_done_again_unless_it_is_free"),
        (TASKS, "test_a_long_text_goes_to_the_models_own_path_and_is_never_repeated"),
        (TASKS, "test_a_clone_is_waited_for_and_never_made_twice"),
    ),
    "A voice that is not there says so in either shape": (
        (REFUSALS, "test_a_voice_that_is_not_there_is_missing_in_either_shape"),
        (SOCKET, "test_a_missing_voice_of_an_older_model_is_missing_too"),
    ),
    "A task's id may be a text or a number": ((TASKS, "test_the_task_is_text_whatever_came"),),
    "A task's state may be one nobody knows": ((TASKS, "test_a_state_nobody_knows_goes_on"),),
    "A failed task is a 200": ((TASKS, "test_a_failure_is_a_200_with_a_reason"),),
    "An unknown task has expired": ((TASKS, "test_a_task_that_is_not_found_has_expired_and_nothing_else_has"),),
    "The ttl of a result is a text that reads zero": (
        (TASKS, "test_the_result_is_an_address_and_its_ttl_of_zero_means_nothing"),
    ),
    "The vendor picks the voice's id, and tells it once": (
        (TASKS, "test_a_clone_is_pulled_from_an_address_and_the_id_is_in_the_answer"),
        (TASKS, "test_an_answer_without_the_id_has_lost_the_voice"),
        (SOCKET, "test_the_id_of_a_clone_is_the_one_it_speaks_with_and_not_the_hint"),
    ),
    "The vendor pulls the recording": (
        (TASKS, "test_what_a_clone_cannot_have_is_refused"),
        (VOICES, "test_a_voice_is_pulled_named_by_ppio_and_kept_by_a_real_use"),
    ),
    "Previews are spoken by some models only": (
        (TASKS, "test_a_preview_goes_with_a_model_of_the_list"),
        (VOICES, "test_a_model_that_speaks_no_preview_is_refused_only_with_one"),
    ),
    "Nothing lists or deletes a voice": ((TASKS, "test_there_is_no_list_no_deletion_no_design_and_no_file"),),
    "What is not documented may be passed through": (
        (UMODELVERSE, "test_minimaxs_other_routes_are_not_offered_unless_their_operator_turned_them_on"),
        (UMODELVERSE, "test_there_too_the_gateway_may_refuse"),
        (SOCKET, "test_turned_on_and_passed_through_they_work"),
    ),
    "The data of an answer may be null": ((UMODELVERSE, "test_data_may_be_null"),),
    "The list of models never names speech": (
        (UMODELVERSE, "test_an_account_is_checked_by_the_list_of_models_which_never_names_speech"),
    ),
}
WATCHERS = sorted({watcher for watchers in TRAPS.values() for watcher in watchers})


@pytest.mark.parametrize(("path", "name"), WATCHERS)
def test_who_watches_a_trap_exists(path, name):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
