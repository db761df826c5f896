"""Speaks with Pipecat's MiniMax service in a pipeline; keeps the samples, 24 kHz.

speak_pipecat.py <base URL> <key> <group id> <text>
"""

import asyncio
import sys
from pathlib import Path

import aiohttp
from pipecat.frames.frames import EndFrame, ErrorFrame, TTSAudioRawFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineTask
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.minimax.tts import MiniMaxHttpTTSService


class Keeper(FrameProcessor):
    def __init__(self):
        super().__init__()
        self.audio = b""

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, ErrorFrame):
            sys.exit(frame.error)
        if isinstance(frame, TTSAudioRawFrame):
            self.audio += frame.audio
        await self.push_frame(frame, direction)


async def main() -> None:
    base_url, key, group_id, text = sys.argv[1:]
    async with aiohttp.ClientSession() as http:
        voice = MiniMaxHttpTTSService(
            api_key=key,
            group_id=group_id,
            base_url=f"{base_url}/v1/t2a_v2",
            aiohttp_session=http,
            sample_rate=24000,
        )
        keeper = Keeper()
        task = PipelineTask(Pipeline([voice, keeper]))
        await task.queue_frames([TTSSpeakFrame(text), EndFrame()])
        await PipelineRunner(handle_sigint=False).run(task)
        Path("spoken.pcm").write_bytes(keeper.audio)


asyncio.run(main())
