// Makes types of the API's document, as a client's author would, and compiles them together with `client.ts`.
// Writes no file: the types live only in the compiler's memory.
import openapiTS, { astToString } from "openapi-typescript";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const document = new URL("../../openapi.json", import.meta.url);
const generated = here("generated.ts");
const types = astToString(await openapiTS(document));

const options = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  types: [],
};
const host = ts.createCompilerHost(options);
const { fileExists, readFile, getSourceFile } = host;
host.fileExists = (path) => path === generated || fileExists(path);
host.readFile = (path) => (path === generated ? types : readFile(path));
host.getSourceFile = (path, version, ...rest) =>
  path === generated ? ts.createSourceFile(path, types, version) : getSourceFile(path, version, ...rest);

const program = ts.createProgram([here("client.ts")], options, host);
const faults = ts.getPreEmitDiagnostics(program);
if (faults.length > 0) {
  process.stderr.write(ts.formatDiagnostics(faults, host));
  process.exit(1);
}
