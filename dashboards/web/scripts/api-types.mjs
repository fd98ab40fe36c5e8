// Writes src/api/types.ts from the API's document, ../openapi.json: the pages know the API's shapes from nowhere else.
// With `--check` it writes nothing, and fails if the file is not what the document says. It adds nothing to a shape but
// names, and sets of values that the document's descriptions list.
import openapiTS, { astToString } from "openapi-typescript";
import { readFile, writeFile } from "node:fs/promises";

const DOCUMENT = new URL("../../openapi.json", import.meta.url);
const TYPES = new URL("../src/api/types.ts", import.meta.url);

const HEAD = `/**
 * What the API asks for and answers. Generated from dashboards/openapi.json: change the handler, then run \`make api\`.
 * Units come last in names. Ids are numbers, accounts SS58, devices and hashes \`0x…\`. REN is text, in its smallest
 * unit.
 */

`;

/** A schema is called as in the document, without "View"; these have a name that says more on a page. */
const NAMES = {
  EdgeView: "EdgeTerms",
  MarketSumsView: "MarketPoint",
  PointView: "ReadingPoint",
  StepView: "OrderStep",
  SumsView: "MarketPoints",
  TermsView: "LineTerms",
};

/** Texts whose description lists all values, in backticks; a type of this name has these values. */
const CLOSED = {
  "DevelopmentAccountView.role": "DevelopmentRole",
  "DeviceView.role": "DeviceRole",
  "OrderView.side": "Side",
  "OrderView.state": "OrderState",
  "PointView.quality": "Quality",
  "SlotSums.state": "SlotState",
  "TradeView.side": "Side",
  "TradeView.state": "TradeState",
};

/** Schemas whose fields may be left out. Others have null for what there is not: dashboards/tests/api/openapi.rs. */
const LEAVES_OUT = ["Problem"];

const nameOf = (schema) => NAMES[schema] ?? schema.replace(/View$/, "");

/** The objects of a schema that have fields: itself, or those that it is put together from. */
const objectsOf = (schema) => [schema, ...(schema.allOf ?? [])].filter(({ properties }) => properties);

function requireNulls(schemas) {
  const answers = Object.entries(schemas).filter(([name]) => !LEAVES_OUT.includes(name));
  for (const object of answers.flatMap(([, schema]) => objectsOf(schema))) object.required = Object.keys(object.properties);
}

function closeTexts(schemas) {
  for (const [place, name] of Object.entries(CLOSED)) {
    const [schema, field] = place.split(".");
    const found = objectsOf(schemas[schema] ?? {}).find(({ properties }) => field in properties)?.properties[field];
    const values = found?.description?.match(/(?<=`)[a-z_]+(?=`)/g) ?? [];
    if (found?.type !== "string" || values.length < 2) throw new Error(`${place} is no text whose description lists its values`);
    const known = schemas[name]?.enum;
    if (known && known.join() !== values.join()) throw new Error(`${name} has other values in ${place}: ${values} instead of ${known}`);
    schemas[name] = { type: "string", enum: values };
    found.$ref = `#/components/schemas/${name}`;
    delete found.type;
  }
}

/** The document with the pages' names. */
function renamed(document) {
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => [nameOf(name), schema]);
  const names = schemas.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`two schemas would be called ${twice}`);
  const named = { ...document, components: { ...document.components, schemas: Object.fromEntries(schemas.sort(([a], [b]) => (a < b ? -1 : 1))) } };
  const reference = (key, value) => (key === "$ref" ? value.replace(/[^/]+$/, nameOf) : value);
  return JSON.parse(JSON.stringify(named, reference));
}

async function generated() {
  const document = JSON.parse(await readFile(DOCUMENT, "utf8"));
  requireNulls(document.components.schemas);
  closeTexts(document.components.schemas);
  return HEAD + astToString(await openapiTS(renamed(document), { rootTypes: true, rootTypesNoSchemaPrefix: true, silent: true }));
}

const types = await generated();
if (!process.argv.includes("--check")) await writeFile(TYPES, types);
else if (types !== (await readFile(TYPES, "utf8").catch(() => ""))) {
  console.error("dashboards/web/src/api/types.ts is not what dashboards/openapi.json says: run `make api`, and commit what changed");
  process.exitCode = 1;
}
