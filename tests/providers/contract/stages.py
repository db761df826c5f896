"""Every provider there is, on its stage."""

from tests.providers.contract.minimax import MINIMAX

STAGES = (MINIMAX,)
