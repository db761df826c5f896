"""WaveSpeedAI's wire: predictions, uploads, webhooks (wavespeed.ai docs; MiniMax's rules where they are silent)."""
