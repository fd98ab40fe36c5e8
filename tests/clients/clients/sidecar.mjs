// api-sidecar: the REST service with which exchanges and custodians read chains.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { name, readEach } from "../chain.mjs";

const PROGRAM = fileURLToPath(new URL("../node_modules/@substrate/api-sidecar/build/src/main.js", import.meta.url));
/** It reads the chain's metadata first. */
const START_TRIES = 240;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(origin, program) {
  for (let tries = 0; tries < START_TRIES; tries += 1) {
    if (program.exitCode !== null) throw new Error(`api-sidecar ended with ${program.exitCode}`);
    const ok = await fetch(`${origin}/node/version`).then((answer) => answer.ok, () => false);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("api-sidecar does not answer");
}

const called = ({ method }) => name(method.pallet, method.method);

export async function read(url, blocks) {
  const port = await freePort();
  const env = { ...process.env, NODE_ENV: "production", SAS_SUBSTRATE_URL: url.replace(/^http/, "ws"), SAS_EXPRESS_BIND_HOST: "127.0.0.1", SAS_EXPRESS_PORT: `${port}`, SAS_LOG_LEVEL: "error" };
  const program = spawn(process.execPath, [PROGRAM], { env, stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => program.once("exit", resolve));
  try {
    const origin = `http://127.0.0.1:${port}`;
    await answers(origin, program);
    return await readEach(blocks, async ({ number }) => {
      const answer = await fetch(`${origin}/blocks/${number}`);
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.error ?? body.message ?? `status ${answer.status}`);
      const { onInitialize, extrinsics, onFinalize } = body;
      const events = [onInitialize, ...extrinsics, onFinalize].flatMap((part) => part.events);
      return { calls: extrinsics.map(called), events: events.map(called) };
    });
  } finally {
    program.kill("SIGKILL");
    await ended;
  }
}
