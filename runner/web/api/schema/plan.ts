/** The effects of an edit of a DAG file that is not in force yet. */
import { z } from '@hono/zod-openapi';
import { fileProblem } from './problem.ts';
import {
  anyJson,
  date,
  dateOrNull,
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  milliseconds,
  millisecondsOrNull,
  orNull,
  runState,
  runType,
  text,
} from './scalar.ts';

const dates = (description: string) => z.array(z.iso.date()).openapi({ description });
const instants = (description: string) => z.array(z.iso.datetime()).openapi({ description });

const keyChange = z
  .object({
    task_id: text('The task of the key; absent for a key of the DAG itself.').optional(),
    key: text('Its path, such as `with.max_drop` or `depends_on.load_file`.'),
    before: anyJson('Its value before; null where it was absent.'),
    after: anyJson('Its value after.'),
  })
  .openapi('KeyChange');

const edge = z
  .object({
    ...keyChange.shape,
    next_before: instantOrNull('The instant of a wall clock edge on the next date, before.').optional(),
    next_after: instantOrNull('The instant of a wall clock edge on the next date, after.').optional(),
  })
  .openapi('EdgeChange');

const comes = z.enum(['once', 'twice', 'never']).openapi({
  description: 'How often the wall time exists on that date.',
});

const side = z
  .object({
    due: z.array(
      z.object({ wall_time: text('The wall time.'), comes, at: instant('The instant that stands for it.') }),
    ),
    edges: z.array(
      z.object({
        task_id: text('The task.'),
        key: z.enum(['not_before', 'deadline']),
        wall_time: text('The wall time.'),
        comes,
        at: instant('The instant that stands for it.'),
        after_due_ms: milliseconds('The time from the due instant to it.'),
        usually_after_due_ms: milliseconds('That time on other dates.'),
      }),
    ),
    sentences: z.array(z.string()),
  })
  .openapi('ClockChangeSide');

const clockChange = z
  .object({
    date: date('The night.'),
    at: instant('The instant of the change.'),
    direction: z.enum(['forward', 'back']),
    from: text('The wall time at which it begins.'),
    until: text('The wall time at which it ends.'),
    before: orNull(side, 'The night by the version in force; null for a new DAG.'),
    after: orNull(side, 'The night by the file; null for a removed DAG.'),
  })
  .openapi('ClockChange');

const deadline = z
  .object({
    task_id: text('The task.'),
    is_new: flag('False where the version in force misses it too.'),
    dates: integer('The number of dates of the coming year on which it is missed.'),
    first_date: date('The first of them.'),
    deadline_at: instant('The deadline of that date.'),
    expected_at: instant('The expected end on that date.'),
    p95_ms: millisecondsOrNull('The usual duration of the task.'),
    runs: integerOrNull('The number of runs that it was computed from.'),
  })
  .openapi('DeadlineConflict');

export const plan = z
  .object({
    dag_id: text('The DAG.'),
    file: text('Its file.'),
    kind: z.enum(['new', 'changed', 'removed', 'unchanged', 'invalid']),
    safe: flag('Whether no date is lost or doubled.'),
    change_at: instant('When the change comes into force, as planned.'),
    problems: z.array(fileProblem),
    safe_from: instantOrNull('The instant from which on the change loses and doubles nothing.').optional(),
    next: z
      .object({ before: instants('By the version in force.'), after: instants('By the file.') })
      .optional(),
    dates: z
      .object({
        lost: dates('Dates that would not run.'),
        closed: z
          .array(
            z.object({
              date: date('The date.'),
              name: text('The name under which the calendar closes it.'),
              moved_to: dateOrNull('The date on which its run takes place; null where there is none.'),
            }),
          )
          .openapi({ description: 'Dates that would have run, and that the calendar now closes.' }),
        gained: dates('Dates that run in addition.'),
        doubled: dates('Dates that would run twice.'),
        moved: z.array(z.object({ shift_ms: milliseconds('The shift.'), dates: dates('The dates.') })),
        recounted: z.array(
          z.object({
            before: integer('Runs on the date, before.'),
            after: integer('Runs on the date, after.'),
            dates: dates('The dates.'),
          }),
        ),
        at_once: z.array(z.object({ scheduled_for: instant('Its scheduled instant.'), run_type: runType })),
      })
      .optional(),
    clock_changes: z.array(clockChange).optional(),
    dag_keys: z.array(keyChange).optional(),
    tasks_added: z.array(z.string()).optional(),
    tasks_removed: z.array(z.string()).optional(),
    edges: z.array(edge).optional(),
    task_keys: z.array(keyChange).optional(),
    deadlines: z.array(deadline).optional(),
    in_flight: z
      .array(
        z.object({ run_id: integer('The run.'), state: runState, scheduled_for: instant('Its instant.') }),
      )
      .openapi({ description: 'Runs that keep the version that they began with.' }),
  })
  .openapi('Plan', {
    description: 'The keys from `safe_from` to `deadlines` are absent where the file is invalid.',
  });
