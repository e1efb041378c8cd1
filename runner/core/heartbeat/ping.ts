/** The messages to a cron monitor, in the convention that such services share. */
import type { RunMode } from '../dag/run_mode.ts';
import { spanText } from '../time/time_text.ts';

/** `start` and an end are of a run, or an end of a closed date; `log` is a note on the DAG. */
export const PING_KINDS = ['start', 'success', 'fail', 'log'] as const;
export type PingKind = (typeof PING_KINDS)[number];

/** An older ping is dropped: a monitor takes it for what happens now. */
export const PING_HORIZON_MS = 15 * 60_000;

const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 30_000;

/** Returns the wait in ms after a try that failed. @param tries the number of tries so far, from 1 */
export function pingDelayMs(tries: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (tries - 1));
}

export interface EndFigures {
  readonly durationMs: number;
  readonly tasksDone: number;
  readonly taskCount: number;
  readonly filesPublished: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The first task that failed; null if none did. */
  readonly taskId: string | null;
  readonly errorClass: string | null;
}

export interface PingedRun {
  readonly dagId: string;
  readonly runId: number;
  readonly mode: RunMode;
  readonly businessDate: Temporal.PlainDate;
}

/** Returns the first line of a ping: `nightly 2026-03-10 run 12: started`. */
export function pingTitle({ dagId, runId, mode, businessDate }: PingedRun, what: string): string {
  return `${dagId} ${businessDate} ${mode === 'shadow' ? 'shadow run' : 'run'} ${runId}: ${what}`;
}

/**
 * Returns the text of the end of a run. It goes to a service outside, so it holds figures and names, and no error's text.
 * @param why for a run that was ended as a whole; null if its tasks tell it
 */
export function endBody(
  run: PingedRun,
  outcome: { readonly kind: 'success' | 'fail'; readonly why: string | null },
  figures: EndFigures,
): string {
  const { taskId, errorClass } = figures;
  const cause = taskId === null ? [] : [`task: ${taskId}${errorClass === null ? '' : ` (${errorClass})`}`];
  return [
    pingTitle(run, outcome.kind === 'success' ? 'succeeded' : `failed${because(outcome.why)}`),
    ...(outcome.kind === 'fail' ? cause : []),
    `duration: ${spanText(figures.durationMs)} (${Math.round(figures.durationMs / 1_000)} s)`,
    `tasks: ${figures.tasksDone} of ${figures.taskCount}`,
    `rows: ${figures.rowsIn} in, ${figures.rowsOut} out`,
    `bytes: ${figures.bytesIn} in, ${figures.bytesOut} out`,
    `files published: ${figures.filesPublished}`,
  ].join('\n');
}

function because(why: string | null): string {
  return why === null ? '' : `: ${why}`;
}
