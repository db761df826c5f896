"""Every provider there is, on its stage."""

from tests.providers.contract.clore import CLORE
from tests.providers.contract.minimax import MINIMAX
from tests.providers.contract.openai import OPENAI_LIKE
from tests.providers.contract.ppio import PPIO
from tests.providers.contract.umodelverse import UMODELVERSE
from tests.providers.contract.wavespeed import WAVESPEED

STAGES = (MINIMAX, PPIO, UMODELVERSE, WAVESPEED, CLORE, *OPENAI_LIKE)
