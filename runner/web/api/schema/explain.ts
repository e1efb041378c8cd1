import { z } from '@hono/zod-openapi';
import { TRIGGER_RULES } from '../../../core/dag/dag.ts';
import {
  dateOrNull,
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  mapIndex,
  milliseconds,
  runState,
  taskState,
  text,
  textOrNull,
} from './scalar.ts';

/** One kind of blocker, with its facts and its sentence. */
function blockerOf<Kind extends string>(kind: Kind, facts: z.ZodRawShape = {}) {
  return z.object({ kind: z.literal(kind), ...facts, sentence: text('What it waits for, in words.') });
}

const at = () => instant('When it passes.');
const error = () => textOrNull('The error.');

const blocker = z
  .discriminatedUnion('kind', [
    blockerOf('run_ended', { state: runState }),
    blockerOf('run_queued', {
      max_active_runs: integer('Of the DAG.'),
      ahead: z.array(z.object({ run_id: integer('A run that comes before.'), state: runState })),
    }),
    blockerOf('no_worker'),
    blockerOf('upstream', {
      task_id: text('The task that comes before.'),
      states: z
        .partialRecord(taskState, z.int())
        .openapi({ description: 'The number of its instances in each state.' }),
    }),
    blockerOf('trigger_rule', { rule: z.enum(TRIGGER_RULES) }),
    blockerOf('not_before', { at: at() }),
    blockerOf('delay', {
      task_id: text('The task after whose success it waits.'),
      delay_ms: milliseconds('The time that has to pass.'),
      at: instantOrNull('When it passes; null until that task has succeeded.'),
    }),
    blockerOf('dag_edge', {
      dag_id: text('The other DAG that it waits for.'),
      task_id: textOrNull('The task of it; null for its whole run.'),
      business_date: dateOrNull('The business date of the run that it waits for.'),
      found: z.enum(['no_dag', 'not_due', 'no_run', 'no_task', 'unfinished', 'unsuccessful']),
      run_id: integerOrNull('The run that has not succeeded yet.'),
      dag_is_paused: flag('Whether the schedule of the other DAG stands still.'),
      at: instantOrNull('The instant for which that run is due, if it is ahead.'),
    }),
    blockerOf('sensor', { at: at(), reason: textOrNull('What it waits for.') }),
    blockerOf('retry', {
      at: at(),
      failure_count: integer('The number of failures.'),
      retries: integer('The number of retries that it has.'),
      error: error(),
    }),
    blockerOf('pool', {
      pool: text('The pool.'),
      slots: integer('Its slots.'),
      used_slots: integer('Those in use.'),
      wanted_slots: integer('Those that the task needs.'),
      holders: z.array(
        z.object({
          run_id: integer('The run.'),
          task_id: text('The task.'),
          map_index: integer('The instance of a mapped task, -1 for any other.'),
          slots: integer('The slots that it holds.'),
          is_over: flag('True where the task has ended and its work goes on.'),
        }),
      ),
    }),
    blockerOf('workers_busy', {
      running: integer('The number of tasks that run.'),
      concurrency: integer('The most that can.'),
    }),
    blockerOf('hint_lost'),
    blockerOf('hint_put_off', { at: at(), error: error() }),
    blockerOf('restarting', { crash_count: integer('The number of crashes.') }),
    blockerOf('type_unusable', { type: text('The task type.'), why: text('Why it cannot be used.') }),
    blockerOf('failed', { error: error(), attempts: integer('The number of attempts.') }),
    blockerOf('quarantined', { crash_count: integer('The number of crashes.') }),
    blockerOf('upstream_failed', {
      causes: z.array(z.object({ task_id: text('The task.'), state: taskState })),
    }),
    blockerOf('skipped', { reason: textOrNull('Why.'), upstream: z.array(z.string()) }),
    blockerOf('cancelled'),
  ])
  .openapi('Blocker');

const INSTANCE = {
  task_id: text('The task.'),
  map_index: mapIndex(),
  state: taskState,
  started_at: instantOrNull('Its start.'),
  deadline_at: instantOrNull('Its deadline.'),
  wake_at: instantOrNull('The instant for which it waits.'),
};

const late = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('deadline'), task_id: text('The task.'), deadline_at: instant('Missed.') }),
    z.object({
      kind: z.literal('slow'),
      task_id: text('The task.'),
      running_ms: milliseconds('How long it has run.'),
      p95_ms: milliseconds('How long it usually takes.'),
    }),
  ])
  .openapi('Late');

export const explanation = z
  .object({
    run_id: integer('The run.'),
    dag_id: text('The DAG.'),
    state: runState,
    at: instant("The database's clock when it was read."),
    dag_is_paused: flag('Whether the schedule of the DAG stands still.'),
    blockers: z.array(blocker).openapi({ description: 'What holds the run as a whole.' }),
    next: z.object({
      kind: z.enum(['any_moment', 'at', 'other_dag', 'never']),
      at: instantOrNull('When anything can happen next.'),
      task_id: textOrNull('To which task.'),
    }),
    late: z.array(late),
    running: z.array(z.object(INSTANCE).openapi('ExplainedInstance')),
    tasks: z.array(
      z
        .object({
          ...INSTANCE,
          not_before_at: instantOrNull('The instant before which it cannot start, as far as is known.'),
          blockers: z.array(blocker),
        })
        .openapi('ExplainedTask'),
    ),
  })
  .openapi('Explanation');
