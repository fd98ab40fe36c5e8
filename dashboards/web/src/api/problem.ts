/** What can go wrong with a request, as one error that a person can read. */

/** An answer that is not the one asked for: the API's problem document, or no answer at all (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.title = title;
  }
}

/** Reads an answer of the API that was refused; anything may have come back, a proxy's page too. */
export async function problemOf(response: Response): Promise<Problem> {
  const fallback = new Problem(response.status, "Refused", `The server answered ${response.status} ${response.statusText}.`);
  try {
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null) return fallback;
    const { title, detail } = body as { title?: unknown; detail?: unknown };
    return new Problem(
      response.status,
      typeof title === "string" ? title : fallback.title,
      typeof detail === "string" ? detail : typeof title === "string" ? title : fallback.message,
    );
  } catch {
    return fallback;
  }
}

/** Any error in words. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True if the answer was that nobody, or the wrong one, is logged in. */
export function isDenied(error: unknown): boolean {
  return error instanceof Problem && (error.status === 401 || error.status === 403);
}
