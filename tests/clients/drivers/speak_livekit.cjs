// Speaks with LiveKit's plugin for Node over HTTP and over its WebSocket; keeps the samples, 24 kHz.
//     node speak_livekit.cjs <folder of the packages> <base URL> <key> <text>
const { createRequire } = require("node:module");
const { writeFileSync } = require("node:fs");

const [packages, baseUrl, apiKey, text] = process.argv.slice(2);
const from = createRequire(`${packages}/package.json`);
const { initializeLogger } = from("@livekit/agents");
const { TTS } = from("@livekit/agents-plugin-minimax");

async function keep(name, stream) {
  const parts = [];
  for await (const event of stream) {
    if (typeof event === "symbol") continue;
    const { buffer, byteOffset, byteLength } = event.frame.data;
    parts.push(Buffer.from(buffer, byteOffset, byteLength));
  }
  writeFileSync(name, Buffer.concat(parts));
}

async function main() {
  initializeLogger({ pretty: false, level: "error" });
  const voice = new TTS({ baseUrl, apiKey });
  await keep("http.pcm", voice.synthesize(text));
  const stream = voice.stream();
  stream.pushText(text);
  stream.flush();
  stream.endInput();
  await keep("socket.pcm", stream);
  process.exit(0);
}

main();
