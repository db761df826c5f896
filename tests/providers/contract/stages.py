"""Every provider there is, on its stage."""

from tests.providers.contract.clore import CLORE
from tests.providers.contract.minimax import MINIMAX
from tests.providers.contract.openai import OPENAI_LIKE
from tests.providers.contract.wavespeed import WAVESPEED

STAGES = (MINIMAX, WAVESPEED, CLORE, *OPENAI_LIKE)
