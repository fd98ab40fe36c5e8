/** How far a signed call has come. Pure: the part that signs reports, the pages show. */

/** `done` counts the stages that are behind: signed, sent, in a block, finalised. */
export type Progress = { done: number; block: number | null; refused: string | null };

/** Nothing is done yet: the signature is being made. */
export const begun: Progress = { done: 0, block: null, refused: null };

/** All four stages. */
export const ALL_DONE = 4;

export type StepState = "done" | "now" | "next" | "failed";

/** One line of what is shown. */
export type Step = { label: string; state: StepState };

/** What the part that signs reports. */
export type Report =
  | { type: "signed" }
  | { type: "sent" }
  | { type: "in_block"; block: number }
  | { type: "out_of_block" }
  | { type: "finalised"; block: number }
  | { type: "refused"; words: string };

/** The progress after a report. A refused call stays refused. */
export function advance(progress: Progress, report: Report): Progress {
  if (progress.refused !== null) return progress;
  switch (report.type) {
    case "signed":
      return { ...progress, done: Math.max(progress.done, 1) };
    case "sent":
      return { ...progress, done: Math.max(progress.done, 2) };
    case "in_block":
      return { ...progress, done: 3, block: report.block };
    case "out_of_block":
      // A fork took its block away; it waits for another.
      return { ...progress, done: Math.min(progress.done, 2), block: null };
    case "finalised":
      return { ...progress, done: ALL_DONE, block: report.block };
    case "refused":
      // In a block, but it did nothing: that is the step that failed.
      return { ...progress, done: Math.min(progress.done, 2), refused: report.words };
  }
}

/** The four steps with how each stands. */
export function steps(progress: Progress): Step[] {
  const inBlock = progress.block === null ? "In a block" : `In block ${progress.block}`;
  return ["Signed", "Sent", inBlock, "Finalised"].map((label, number) => {
    if (number < progress.done) return { label, state: "done" };
    if (number > progress.done) return { label, state: "next" };
    return { label, state: progress.refused === null ? "now" : "failed" };
  });
}
