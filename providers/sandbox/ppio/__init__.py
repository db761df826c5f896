"""PPIO's surface, which is Novita's and jiekou's too: MiniMax's speech behind a gateway with its own task objects."""
