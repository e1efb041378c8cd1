/**
 * Writes alerts in the transaction of the change that they tell of, each with a delivery and a job of the queue for every
 * channel. What is rolled back is told to nobody; what is committed is sent, whoever dies. A DAG of which nobody is told
 * costs no statement.
 */
import { causeOfError } from '../../core/alert/cause.ts';
import type { AlertFacts } from '../../core/alert/facts.ts';
import { dedupKeyOfRun, incidentOfRun } from '../../core/alert/key.ts';
import type { AlertKind } from '../../core/alert/kind.ts';
import {
  deadlineSentence,
  failedSentence,
  recoveredSentence,
  warningSentence,
} from '../../core/alert/sentence.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import { inZone } from '../../core/time/time_text.ts';
import type { TaskRemedy } from '../../core/value/task_remedy.ts';
import { insertAlert, type NewAlert } from '../../store/alert/alert.ts';
import { failureOfRun } from '../../store/alert/failure.ts';
import { closeIncidents } from '../../store/alert/recovery.ts';
import type { Queryable } from '../../store/queryable.ts';
import { addAlertJobs } from '../../store/queue/job.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import { failpoint } from '../failpoint.ts';

export interface ToldRun {
  readonly run: DagRun;
  readonly index: DagIndex;
}

/** Tells that a run has failed. @param why for a run that was ended as a whole; null if its tasks tell it */
export async function tellFailed(tx: Queryable, { run, index }: ToldRun, why: string | null): Promise<void> {
  const channels = index.recipients.get('failed');
  if (channels === undefined) return;
  const failure = await failureOfRun(tx, run.runId, index.allowedToFail);
  const { taskId, isCancelled, errorClass, errorOrigin, failedCount, remedy, actor } = failure;
  const { tasksDone, taskCount, filesPublished } = failure;
  const errorText = isCancelled ? 'it was cancelled' : failure.errorText;
  const isOwnFailure = why === null && taskId !== null;
  const task = isOwnFailure ? { taskId, text: errorText } : null;
  const isOfPerson = isOwnFailure && (isCancelled || errorClass === 'Marked');
  await postOfRun(tx, run, {
    kind: 'failed',
    timezone: index.dag.timezone,
    channels,
    sentence: failedSentence(run, { task, failedCount, why }),
    cause: isOwnFailure ? causeOfError({ errorClass, origin: errorOrigin }) : null,
    facts: {
      taskId: task?.taskId ?? null,
      taskCount: failedCount,
      errorClass: isOwnFailure ? errorClass : null,
      errorText: isOwnFailure ? errorText : why,
      remedy: isOwnFailure ? remedy : null,
      actor: isOfPerson ? actor : null,
      done: { tasksDone, taskCount, filesPublished },
    },
  });
}

export interface LateTask {
  readonly taskId: string;
  readonly deadlineAt: Temporal.Instant;
  /** Why it still waits or is tried again, where it does. */
  readonly errorClass: string | null;
  readonly errorText: string | null;
  readonly errorOrigin: string | null;
}

/** Tells that tasks of a run have missed their deadline. The first are told; a run is told of once. */
export async function tellDeadlineMissed(
  tx: Queryable,
  { run, index }: ToldRun,
  late: readonly LateTask[],
): Promise<void> {
  const channels = index.recipients.get('deadline_missed');
  const [first] = late.toSorted((a, b) => Temporal.Instant.compare(a.deadlineAt, b.deadlineAt));
  if (channels === undefined || first === undefined) return;
  const { taskId, deadlineAt, errorClass, errorText, errorOrigin } = first;
  const { timezone } = index.dag;
  await postOfRun(tx, run, {
    kind: 'deadline_missed',
    timezone,
    channels,
    sentence: deadlineSentence(run, {
      ...{ task: { taskId, text: errorText }, lateCount: late.length, deadlineAt, timezone },
    }),
    cause: causeOfError({ errorClass, origin: errorOrigin }),
    facts: {
      taskId,
      taskCount: late.length,
      errorClass,
      errorText,
      figure: { name: 'deadline', value: 'not finished', bound: inZone(deadlineAt, timezone) },
    },
  });
}

export interface Warned {
  readonly channels: readonly string[];
  readonly timezone: string;
  readonly taskId: string;
  readonly sentence: string;
  readonly remedy: TaskRemedy | null;
}

/** Tells of the first warning that a run records. */
export async function tellWarning(
  tx: Queryable,
  run: DagRun,
  { channels, timezone, taskId, sentence, remedy }: Warned,
): Promise<void> {
  await postOfRun(tx, run, {
    kind: 'warning',
    timezone,
    channels,
    sentence: warningSentence(run, { taskId, text: sentence }),
    cause: null,
    facts: { taskId, taskCount: 1, errorText: sentence, remedy },
  });
}

/**
 * Closes what was told of a run that has succeeded, and of due instants before it that never started, and tells the
 * channels that were told.
 */
export async function tellRecovered(tx: Queryable, { run, index }: ToldRun): Promise<void> {
  const told = index.recipients.get('recovered') ?? [];
  const closed = await closeIncidents(tx, {
    dagId: run.dagId,
    incident: incidentOfRun(run),
    notStartedUpTo: run.runType === 'manual' || run.runType === 'backfill' ? null : run.scheduledFor,
  });
  for (const { incident, kinds, channels, lastAlertId } of closed) {
    await postOfRun(tx, run, {
      kind: 'recovered',
      timezone: index.dag.timezone,
      channels: channels.filter((channel) => told.includes(channel)),
      sentence: recoveredSentence(run, kinds),
      cause: null,
      incident,
      dedupKey: `recovered/${incident}/${lastAlertId}`,
      facts: { closes: kinds },
    });
  }
}

interface RunAlert extends Pick<NewAlert, 'sentence' | 'cause'> {
  readonly kind: AlertKind;
  readonly timezone: string;
  readonly channels: readonly string[];
  readonly facts: Partial<AlertFacts>;
  /** That of the run if it is left out. */
  readonly incident?: string;
  readonly dedupKey?: string;
}

/** Writes an alert of a run. */
export async function postOfRun(tx: Queryable, run: DagRun, alert: RunAlert): Promise<void> {
  const { kind, channels, sentence, cause, facts, timezone } = alert;
  await post(
    tx,
    {
      dagId: run.dagId,
      runId: run.runId,
      scheduledFor: run.scheduledFor,
      kind,
      dedupKey: alert.dedupKey ?? dedupKeyOfRun(run, kind),
      incident: alert.incident ?? incidentOfRun(run),
      sentence,
      cause,
      facts: {
        ...factsOf(timezone, run.businessDate.toString()),
        mode: run.mode,
        ...facts,
      },
    },
    channels,
  );
}

/** Writes an alert with its deliveries and jobs, unless it was told already. */
export async function post(tx: Queryable, alert: NewAlert, channels: readonly string[]): Promise<void> {
  if (channels.length === 0) return;
  const dueAt = await insertAlert(tx, alert, channels);
  failpoint('alert.inserted');
  if (dueAt !== null) await addAlertJobs(tx, channels, dueAt);
  failpoint('alert.jobs_added');
}

/** Returns the facts of an alert that is about the whole run and names no figure. */
export function factsOf(timezone: string, businessDate: string | null): AlertFacts {
  return {
    timezone,
    mode: 'apply',
    businessDate,
    taskId: null,
    taskCount: 0,
    figure: null,
    errorClass: null,
    errorText: null,
    remedy: null,
    actor: null,
    done: null,
    closes: [],
  };
}
