"""WaveSpeedAI: MiniMax's speech behind predictions that are submitted and asked for."""
