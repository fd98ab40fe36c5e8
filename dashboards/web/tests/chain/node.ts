/** A development node of one validator on this machine's own addresses, with its data in a folder that goes with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Node = { url: string; stop: () => Promise<void> };

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  await new Promise((resolve) => process.once("exit", resolve));
}

/** Starts a node; whoever calls it stops it. */
export async function startNode(program: string): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), "deren-pages-"));
  const [rpc, network] = [await freePort(), await freePort()];
  const child = spawn(
    program,
    [
      "--chain=dev",
      "--alice",
      `--base-path=${folder}`,
      `--rpc-port=${rpc}`,
      `--listen-addr=/ip4/127.0.0.1/tcp/${network}`,
      `--node-key=${"01".repeat(32)}`,
      "--reserved-only",
      "--no-mdns",
      "--no-prometheus",
      "--no-telemetry",
    ],
    { stdio: "ignore" },
  );
  return {
    url: `ws://127.0.0.1:${rpc}`,
    stop: async () => {
      child.kill("SIGKILL");
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
