"""PPIO, and Novita and jiekou, which are the same service under other hosts: MiniMax's models behind their gateway."""
