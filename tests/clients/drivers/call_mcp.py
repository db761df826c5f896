"""Starts an MCP server and calls its tools in order; one JSON line with the text of each answer.

call_mcp.py <command as JSON list> <[tool, arguments] pairs as JSON list>
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main() -> None:
    command, calls = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    server = StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))
    async with stdio_client(server) as (reader, writer), ClientSession(reader, writer) as session:
        await session.initialize()
        for tool, arguments in calls:
            answer = await session.call_tool(tool, arguments)
            sys.stdout.write(json.dumps("".join(part.text for part in answer.content)) + "\n")


asyncio.run(main())
