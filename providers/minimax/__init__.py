"""MiniMax speech API, version 1: synthesis, files and voices."""
