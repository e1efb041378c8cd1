/** A run in one row, and with its tasks. */
import { z } from '@hono/zod-openapi';
import { NEXT } from '../paging.ts';
import {
  anyJson,
  date,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  jsonObject,
  mapIndex,
  millisecondsOrNull,
  runMode,
  runState,
  runType,
  taskState,
  text,
  textOrNull,
  timeEdges,
} from './scalar.ts';
import { taskRemedyOrNull } from './task_remedy.ts';

export const run = z
  .object({
    run_id: integer('The id of the run.'),
    dag_id: text('The DAG.'),
    business_date: date('The local date of `scheduled_for` in the time zone of the DAG.'),
    run_type: runType,
    mode: runMode,
    state: runState,
    scheduled_for: instant('The instant for which it was due.'),
    started_at: instantOrNull('Null before.'),
    finished_at: instantOrNull('Null before.'),
    duration_ms: millisecondsOrNull('The time from start to end; null before the end.'),
    time_edges: timeEdges,
    params: jsonObject('The value of every param of the DAG.'),
    actor: text('Who asked for it: a person, or `scheduler`.'),
    reason: textOrNull('The reason that was given.'),
  })
  .openapi('Run');

export const runList = z.object({ runs: z.array(run), next: NEXT }).openapi('RunList');

export const approval = z
  .object({
    run_id: integer('The run.'),
    dag_id: text('Its DAG.'),
    task_id: text('The task that asks.'),
    map_index: mapIndex(),
    question: text('What happens if it is approved.'),
    asked_at: instant('When it was first asked.'),
    expires_at: instant('From then on no answer counts.'),
    approvers: z.array(z.string()).openapi({ description: 'Who may answer; empty for all who may operate.' }),
    requesters: z.array(z.string()).openapi({
      description: 'The people who triggered the run, cleared its tasks or changed its params.',
    }),
    not_requester: z.boolean().openapi({ description: 'Whether none of the requesters may answer.' }),
  })
  .openapi('Approval');

export const warning = z
  .object({
    task_id: text('The task.'),
    map_index: mapIndex(),
    sentence: text('The warning; it does not make the run a failure.'),
    remedy: taskRemedyOrNull('What its task proposes.'),
  })
  .openapi('Warning');

export const runTask = z
  .object({
    task_id: text('The task.'),
    map_index: mapIndex(),
    state: taskState,
    planned_at: instantOrNull('The instant before which its time edges keep it from starting.'),
    started_at: instantOrNull('The start of the newest attempt.'),
    finished_at: instantOrNull('The end of the newest attempt.'),
    duration_ms: millisecondsOrNull('The time that it took; null before its end.'),
    attempts: integer('The number of attempts.'),
    rows_in: integerOrNull('Rows that the newest attempt read.'),
    rows_out: integerOrNull('Rows that it wrote.'),
    bytes_in: integerOrNull('Bytes that it read.'),
    bytes_out: integerOrNull('Bytes that it wrote.'),
    wake_at: instantOrNull('The instant for which a deferred task, or one that is tried again, waits.'),
    removed_at: instantOrNull('Set for an instance whose element is no longer in the list.'),
    deadline_at: instantOrNull('Its deadline.'),
    deadline_missed_at: instantOrNull('Set when the deadline has passed before its end.'),
    error_class: textOrNull('The class of its error.'),
    error_text: textOrNull('The text of its error.'),
    remedy: taskRemedyOrNull('What it proposes to do about its error.'),
    output: anyJson('What it returned.'),
  })
  .openapi('RunTask');

export const runReport = z
  .object({ run, tasks: z.array(runTask), warnings: z.array(warning), approvals: z.array(approval) })
  .openapi('RunReport');
