/** DAGs: their list, one with its tasks, when it is due, and its versions. */
import { z } from '@hono/zod-openapi';
import { ALERT_KINDS } from '../../../core/alert/kind.ts';
import {
  AWAITED_DATES,
  BUSY_POLICIES,
  CATCHUP_POLICIES,
  CLOSED_POLICIES,
  PARAM_TYPES,
  TRIGGER_RULES,
} from '../../../core/dag/dag.ts';
import { NEXT } from '../paging.ts';
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
  text,
  textOrNull,
} from './scalar.ts';

const cronList = () =>
  z.array(z.string()).openapi({ description: 'Cron lines in the time zone of the DAG.' });

const listedDag = z
  .object({
    dag_id: text('The DAG.'),
    state: z.enum(['active', 'manual', 'paused', 'invalid']).openapi({
      description: '`manual` has no schedule; `invalid` has a file with problems.',
    }),
    schedule: cronList().nullable(),
    timezone: textOrNull('An IANA name; null while no version was ever valid.'),
    next: instantOrNull('The next instant of its schedule.'),
    last_run: integerOrNull('The id of its newest run.'),
    last_run_state: orNull(runState, 'Its state.'),
    paused: flag('Whether its schedule stands still.'),
    problems: integer('The number of problems of its file.'),
    file: text('Its file.'),
  })
  .openapi('ListedDag');

export const dagList = z.object({ dags: z.array(listedDag) }).openapi('DagList');

const dependency = z
  .object({
    task_id: text('The task that comes before.'),
    delay_ms: milliseconds('The elapsed time that has to pass after its success.'),
  })
  .openapi('Dependency');

const dagEdge = z
  .object({
    dag_id: text('The other DAG.'),
    task_id: textOrNull('The task of it; null for its whole run.'),
    date: z.enum(AWAITED_DATES),
  })
  .openapi('DagEdge');

const dagTask = z
  .object({
    task_id: text('The task.'),
    type: text('Its task type.'),
    depends_on: z.array(dependency),
    other_dags: z.array(dagEdge).openapi({ description: 'What it waits for in other DAGs.' }),
    not_before: textOrNull('A wall clock time on the business date, such as `01:30` or `00:30+1d`.'),
    deadline: textOrNull('A wall clock time on the business date.'),
    trigger_rule: z.enum(TRIGGER_RULES),
    retries: integer('The number of retries after the first attempt.'),
    execution_timeout_ms: milliseconds('The longest that an attempt may take.'),
  })
  .openapi('DagTask');

const param = z
  .object({
    type: z.enum(PARAM_TYPES),
    default: anyJson('Its value where none is given; null if there is none.'),
    description: text('Its meaning.'),
  })
  .openapi('Param');

const calendar = z
  .object({
    name: text('Its name: that of its file.'),
    description: text('Its description.'),
    closed: z.array(z.object({ name: text('The name of a day.'), rule: text('When it is, in words.') })),
    include: z
      .array(z.string())
      .openapi({ description: 'Calendars whose closed dates are closed here too.' }),
    exclude: z.array(z.string()).openapi({ description: 'Calendars whose closed dates are open here.' }),
  })
  .openapi('Calendar');

const dagFile = z
  .object({
    dag_id: text('The DAG.'),
    file: text('Its file.'),
    description: text('Its description.'),
    timezone: text('An IANA name.'),
    schedule: cronList(),
    after: textOrNull('The DAG each of whose successes is followed by a run.'),
    calendar: orNull(calendar, 'The calendar of its closed dates; null for none.'),
    on_closed: z.enum(CLOSED_POLICIES).openapi({ description: 'What happens on a date that it closes.' }),
    start_date: dateOrNull('The first date of its schedule.'),
    end_date: dateOrNull('The last date of its schedule.'),
    catchup: z.enum(CATCHUP_POLICIES),
    catchup_window_ms: milliseconds('How old a missed run may be to be caught up.'),
    max_active_runs: integer('At most so many runs at once.'),
    when_busy: z.enum(BUSY_POLICIES),
    is_paused_upon_creation: flag('Whether it begins paused.'),
    dagrun_timeout_ms: millisecondsOrNull('The longest that a run may take.'),
    alerts: z
      .array(z.object({ on: z.array(z.enum(ALERT_KINDS)), to: z.array(z.string()) }))
      .openapi({ description: 'The channels that are told of each kind, besides those of all DAGs.' }),
    heartbeat: textOrNull('The connection of the cron monitor that is pinged.'),
    start_within_ms: millisecondsOrNull('A due run that is not running so long after is told of.'),
    params: z.record(z.string(), param),
    tasks: z.array(dagTask),
  })
  .openapi('Dag');

export const dagDetail = z
  .object({
    dag: orNull(
      dagFile,
      'The DAG as its file stands; where this host has no valid file, as the version in force. Null where there is neither.',
    ),
    dag_version_id: integerOrNull('The version in force.'),
    sha256: textOrNull('The checksum of its text.'),
    paused: flag('Whether its schedule stands still.'),
    next: instantOrNull('The next instant of its schedule.'),
    retired_at: instantOrNull('Set when its file was removed.'),
    problems: z.array(fileProblem).openapi({
      description: 'The problems of the file as it stands here, or else as a worker last read it.',
    }),
  })
  .openapi('DagDetail');

const nextInstant = z
  .object({
    business_date: date('The local date.'),
    scheduled_for: instantOrNull('The instant; null for a closed date, on which there is no run.'),
    dag_time: textOrNull('With the offset and the time zone of the DAG.'),
    local_time: textOrNull('With the offset and the time zone of `timezone=`.'),
    closed: textOrNull('The name of a date that the calendar closes; null for a run.'),
    moved_to: dateOrNull('The date on which the run of a closed one takes place; null where there is none.'),
    note: textOrNull('A sentence where the date is closed, or the clocks skip or repeat the wall time.'),
  })
  .openapi('NextInstant');

export const nextInstants = z.object({ next: z.array(nextInstant) }).openapi('NextInstants');

const version = z
  .object({
    dag_version_id: integer('The id of the version.'),
    sha256: text('The checksum of its text and of those of its calendars.'),
    file: text('Its file.'),
    in_force: flag('Whether new runs take it.'),
    created_at: instant('When it was first read.'),
    in_force_at: instantOrNull('When it was last put in force; null where the history does not tell.'),
    actor: textOrNull('Who put it in force.'),
    channel: textOrNull('Through which channel.'),
  })
  .openapi('DagVersion');

export const versionList = z.object({ versions: z.array(version), next: NEXT }).openapi('DagVersionList');

export const versionText = z
  .object({
    dag_id: text('The DAG.'),
    dag_version_id: integer('The version.'),
    source: text('Its YAML.'),
    calendars: z
      .array(z.object({ name: text('The calendar.'), file: text('Its file.'), source: text('Its YAML.') }))
      .openapi({ description: 'The files of its calendar, by name; empty where it has none.' }),
  })
  .openapi('DagVersionText');
