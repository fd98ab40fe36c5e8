// py-substrate-interface: what scripts in Python read chains with. It runs as a program of its own; see
// `read_chain.py`.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../read_chain.py", import.meta.url));

export async function read(url, blocks) {
  const python = process.env.DEREN_PEERS_PYTHON;
  if (!python) throw new Error("DEREN_PEERS_PYTHON does not name the Python that has requirements.txt");
  const program = spawn(python, [SCRIPT, url.replace(/^http/, "ws")], { stdio: ["pipe", "pipe", "inherit"] });
  program.stdin.end(blocks.map(({ number, hash }) => `${number} ${hash}\n`).join(""));
  let said = "";
  for await (const part of program.stdout) said += part;
  const status = await new Promise((resolve) => (program.exitCode === null ? program.once("exit", resolve) : resolve(program.exitCode)));
  if (status !== 0) throw new Error(`read_chain.py ended with ${status}`);
  const [read, failed] = [new Map(), new Map()];
  for (const line of said.split("\n").filter(Boolean)) {
    const { number, error, ...block } = JSON.parse(line);
    if (error === undefined) read.set(number, block);
    else failed.set(number, error);
    // Events are read of every block, also where a batch of readings is not.
    if (block.events === undefined) throw new Error(`block ${number}: no events: ${error}`);
  }
  return { read, failed };
}
