"""An emulator of speech providers that runs offline: real wire formats, audible speech, a bill of its own.

It imports nothing else of `providers`: what it charges and what it refuses is evidence independent of the adapters
that talk to it. Run it alone with `python -m providers.sandbox --port 9100`, or inside a process with
`providers.sandbox.server.SandboxServer`.
"""
