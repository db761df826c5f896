"""The MiniMax speech surface, under `/minimax`."""
