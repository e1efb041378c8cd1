/** The sentence of each kind of alert: which run, what happened, and the cause in the words of the error. */
import type { RunMode } from '../dag/run_mode.ts';
import { inZone, spanText } from '../time/time_text.ts';
import type { AlertKind } from './kind.ts';
import type { UsualRun } from './slow.ts';

/** The longest quoted error or warning, in UTF-16 code units; the facts hold all of it. */
const MAX_QUOTED = 300;

export interface NamedRun {
  readonly dagId: string;
  readonly runId: number;
  readonly mode: RunMode;
  readonly businessDate: Temporal.PlainDate;
}

/** A task and the words of its error or warning. */
export interface QuotedTask {
  readonly taskId: string;
  readonly text: string | null;
}

/** @param task the first that failed; null for a run that failed as a whole, which `why` explains */
export function failedSentence(
  run: NamedRun,
  {
    task,
    failedCount,
    why,
  }: {
    readonly task: QuotedTask | null;
    readonly failedCount: number;
    readonly why: string | null;
  },
): string {
  const more = failedCount > 1 ? ` (and ${failedCount - 1} more)` : '';
  const reason = why ?? (task === null ? null : `${task.taskId}${more}${quoted(task.text)}`);
  return `${nameOf(run)} failed${reason === null ? '' : `: ${reason}`}`;
}

/** @param of.task the first that was late, with why it still waits or is tried again */
export function deadlineSentence(
  run: NamedRun,
  of: {
    readonly task: QuotedTask;
    readonly lateCount: number;
    readonly deadlineAt: Temporal.Instant;
    readonly timezone: string;
  },
): string {
  const { taskId, text } = of.task;
  const who = of.lateCount > 1 ? `${taskId} and ${of.lateCount - 1} more were` : `${taskId} was`;
  return `${nameOf(run)}: ${who} not finished by ${inZone(of.deadlineAt, of.timezone)}${quoted(text)}`;
}

/** Why a due run is not running: nothing works, or something else is running, or that is not known. */
export type NotStartedReason =
  | { readonly kind: 'no_worker' }
  | { readonly kind: 'behind_run'; readonly runId: number }
  | { readonly kind: 'unknown' };

export function notStartedSentence({
  dagId,
  scheduledFor,
  timezone,
  lateMs,
  reason,
}: {
  readonly dagId: string;
  readonly scheduledFor: Temporal.Instant;
  readonly timezone: string;
  readonly lateMs: number;
  readonly reason: NotStartedReason;
}): string {
  const due = `${dagId} was due at ${inZone(scheduledFor, timezone)} and is not running ${spanText(lateMs)} later`;
  if (reason.kind === 'no_worker') return `${due}: no worker is alive`;
  return reason.kind === 'behind_run' ? `${due}: run ${reason.runId} is still running` : due;
}

export function slowSentence(run: NamedRun, usual: UsualRun, ranMs: number): string {
  const { runs, medianMs, boundMs } = usual;
  return (
    `${nameOf(run)} has been running for ${spanText(ranMs)}: the last ${runs} runs took ${spanText(medianMs)} ` +
    `as a rule, and more than ${spanText(boundMs)} is slow`
  );
}

export function warningSentence(run: NamedRun, { taskId, text }: QuotedTask): string {
  return `${nameOf(run)}: ${taskId} warns${quoted(text)}`;
}

/** @param closed the kinds that had been told */
export function recoveredSentence(run: NamedRun, closed: readonly AlertKind[]): string {
  return `${nameOf(run)} succeeded; told before: ${closed.map((kind) => kind.replaceAll('_', ' ')).join(', ')}`;
}

function nameOf({ dagId, runId, mode, businessDate }: NamedRun): string {
  return `${mode === 'shadow' ? 'shadow run' : 'run'} ${runId} of ${dagId} (${businessDate})`;
}

/** Returns the words of an error on one line. */
function quoted(text: string | null): string {
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '';
  return `: ${line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED).toWellFormed()}…` : line}`;
}
