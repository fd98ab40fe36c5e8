/** The API's operations as types: what each takes and answers, by its method and path. Nothing is written out here. */
import type { paths } from "./types.ts";

type Method = "get" | "put" | "post" | "delete";
type Below<Path> = Path extends `/api/v1/${infer Rest}` ? Rest : never;

/** An operation's method and its path below `/api/v1/`, as "GET markets/{id}/slots". */
export type Name = {
  [P in keyof paths]: { [M in Method]: [paths[P][M]] extends [undefined] ? never : `${Uppercase<M>} ${Below<P>}` }[Method];
}[keyof paths];

type In<Path, M> = Path extends keyof paths ? (M extends keyof paths[Path] ? paths[Path][M] : never) : never;
type Operation<N extends Name> = N extends `${infer M} ${infer Path}` ? In<`/api/v1/${Path}`, Lowercase<M>> : never;

/** What an operation answers if all is well; undefined if it answers without a body. */
export type Answer<N extends Name> =
  Operation<N> extends { responses: { 200: { content: infer Content } } } ? Content[keyof Content] : undefined;

/** The JSON that an operation takes. */
export type Body<N extends Name> =
  Operation<N> extends { requestBody: { content: { "application/json": infer Sent } } } ? Sent : undefined;

type Parameters<N extends Name> = Operation<N> extends { parameters: infer Found } ? Found : never;
type Optional<Key extends string, Value> = undefined extends Value ? Partial<Record<Key, undefined>> : Record<Key, Value>;

/** What an operation is asked with: values of its path, a query, a body; each only if it has one. */
export type Asked<N extends Name> = Pick<Parameters<N>, Extract<keyof Parameters<N>, "path" | "query">> & Optional<"body", Body<N>>;
