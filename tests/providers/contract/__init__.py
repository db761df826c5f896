"""What every provider's adapter promises, proved against the sandbox over real sockets.

A module here speaks of one operation of `capabilities.operations` (its `OPERATION`) and runs for every provider that
declares it, through both drivers. A provider declares what it can in its capabilities, and stands on a `Stage`.
"""
