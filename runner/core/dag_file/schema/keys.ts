/**
 * The keys of a DAG file. Files are checked with this list, and the editors' JSON Schema is made from it.
 * Annotated defaults are those of `DEFAULTS`; the keys stay optional, as `default_args` comes before `DEFAULTS`.
 */
import { z } from 'zod';
import { ALERT_KINDS, DEFAULT_KINDS } from '../../alert/kind.ts';
import {
  AWAITED_DATES,
  BUSY_POLICIES,
  CATCHUP_POLICIES,
  CLOSED_POLICIES,
  PARAM_TYPES,
  TRIGGER_RULES,
} from '../../dag/dag.ts';
import type { Json } from '../../value/json.ts';
import {
  connectionId,
  cron,
  date,
  duration,
  id,
  paramName,
  template,
  timeZone,
  wallTime,
  wholeNumber,
} from './fields.ts';

/** The values that apply if neither the task nor `default_args` gives one. */
export const DEFAULTS = {
  retries: 0,
  retry_delay: '1m',
  retry_exponential_backoff: true,
  max_retry_delay: '15m',
  execution_timeout: '1h',
  pool: 'default',
  pool_slots: 1,
  priority: 0,
  trigger_rule: 'all_success',
} as const;

const anyJson = z.custom<Json>(() => true);

const taskDefaults = {
  retries: wholeNumber(
    { description: 'Attempts after the first failure.', default: DEFAULTS.retries },
    0,
  ).optional(),
  retry_delay: duration({
    description: 'Wait before the first retry.',
    default: DEFAULTS.retry_delay,
    examples: ['30s', '5m'],
  }).optional(),
  retry_exponential_backoff: z
    .boolean()
    .meta({
      description: 'Whether the wait doubles with each retry.',
      default: DEFAULTS.retry_exponential_backoff,
    })
    .optional(),
  max_retry_delay: duration({
    description: 'The longest wait before a retry.',
    default: DEFAULTS.max_retry_delay,
  }).optional(),
  execution_timeout: duration(
    { description: 'How long one attempt may run.', default: DEFAULTS.execution_timeout },
    1,
  ).optional(),
  pool: id({ description: 'The pool whose slots the task takes.', default: DEFAULTS.pool }).optional(),
  pool_slots: wholeNumber(
    { description: 'How many slots of the pool it takes.', default: DEFAULTS.pool_slots },
    1,
  ).optional(),
  priority: wholeNumber(
    { description: 'Among waiting tasks the higher starts first.', default: DEFAULTS.priority },
    -2_147_483_648,
  ).optional(),
  trigger_rule: z
    .enum(TRIGGER_RULES)
    .meta({
      description: 'How the upstream tasks must have ended for this one to run.',
      default: DEFAULTS.trigger_rule,
    })
    .optional(),
};

// No pattern here: the message that no task has this id is more useful than one about its form.
const upstreamId = z.string().meta({ description: 'The task_id of the task to wait for.' });

const dependency = z.union([
  upstreamId,
  z.strictObject({
    task_id: upstreamId,
    delay: duration({
      description: 'Time that must pass after its success.',
      default: '0s',
      examples: ['1h'],
    }).optional(),
  }),
  z.strictObject({
    // No pattern here either.
    dag: z.string().meta({ description: 'The dag_id of another DAG to wait for.' }),
    task: z.string().meta({ description: 'The task of it; without one, its whole run.' }).optional(),
    date: z
      .enum(AWAITED_DATES)
      .meta({
        description: 'The business date of its run: the same, or the one before on which it was scheduled.',
        default: 'same',
      })
      .optional(),
  }),
]);

export const taskKeys = z.strictObject({
  task_id: id({ description: 'Names the task within the DAG.' }),
  type: id({ description: 'The task type: the name of a file in tasks/.' }),
  depends_on: z.array(dependency).meta({ description: 'The tasks that this one waits for.' }).optional(),
  not_before: wallTime({
    description: 'Starts no sooner than this wall clock time, in the zone of the DAG, on the business date.',
    examples: ['01:30', '00:30+1d'],
  }).optional(),
  deadline: wallTime({
    description: 'Should be finished by this wall clock time.',
    examples: ['05:00'],
  }).optional(),
  on_deadline: z
    .enum(['alert', 'fail'])
    .meta({ description: 'What happens when it is not.', default: 'alert' })
    .optional(),
  with: z
    .record(z.string(), anyJson)
    .meta({ description: `The params of the task type; \${{ }} templates may stand in their values.` })
    .optional(),
  run_if: template({
    description: 'Skip the task when this template gives false, null, 0 or an empty text.',
    examples: [`\${{ params.full }}`],
  }).optional(),
  map_over: template({
    description: 'One instance of the task for each element of the list that this template gives.',
    examples: [`\${{ tasks.list_files.output.names }}`],
  }).optional(),
  allow_failure: z
    .boolean()
    .meta({ description: 'Whether the run can succeed though this task failed.', default: false })
    .optional(),
  ...taskDefaults,
});

const paramKeys = z.strictObject({
  type: z.enum(PARAM_TYPES).meta({ description: 'Checked when a run is triggered.' }),
  default: anyJson.meta({ description: 'The value when none is given.' }).optional(),
  description: z.string().meta({ description: 'For the person who triggers a run.' }).optional(),
});

const cronAnnotations = {
  description: 'minute hour day-of-month month day-of-week, in the zone of the DAG.',
  examples: ['0 1 * * *', '*/15 8-18 * * MON-FRI'],
};

const afterKeys = z.strictObject({
  after: z
    .string()
    .meta({ description: 'A dag_id: each success of that DAG is followed by a run of this one.' }),
});

const alertRule = z.strictObject({
  on: z
    .array(z.enum(ALERT_KINDS))
    .min(1, 'is empty: leave it out for the usual kinds')
    .meta({ description: 'What is told.', default: [...DEFAULT_KINDS] })
    .optional(),
  to: z
    .array(connectionId({ description: 'A channel: a connection to mail, chat, a pager or a web hook.' }))
    .min(1, 'is empty: name at least one channel')
    .meta({ description: 'Who is told: the ids of channels.', examples: [['ops_slack', 'night_mail']] }),
});

export const dagKeys = z
  .strictObject({
    dag_id: id({ description: "The file's name without .yaml." }),
    description: z.string().meta({ description: 'One line for people.', default: '' }).optional(),
    timezone: timeZone({
      description: 'IANA name of the zone in which all wall clock times of this file are read.',
      examples: ['America/New_York', 'UTC'],
    }),
    schedule: z
      .union([
        cron(cronAnnotations),
        z.array(cron(cronAnnotations)).min(1, 'is empty: write null to run by hand only'),
        afterKeys,
        z.null(),
      ])
      .meta({
        description:
          'A cron expression, a list of them, {after: dag_id} for a run after each success of another DAG, or null to run by hand only.',
      }),
    calendar: id({
      description: 'The calendar of the dates on which it is closed: the name of a file in calendars/.',
      examples: ['us_retail'],
    }).optional(),
    on_closed: z
      .enum(CLOSED_POLICIES)
      .meta({
        description:
          'What happens on a date that the calendar closes: no run; its run on the previous or next open day; or a run as usual.',
        default: 'skip',
      })
      .optional(),
    start_date: date({
      description: 'The first business date that is scheduled.',
      examples: ['2026-01-01'],
    }).optional(),
    end_date: date({ description: 'The last business date that is scheduled.' }).optional(),
    catchup: z
      .enum(CATCHUP_POLICIES)
      .meta({
        description: 'Which missed runs are made up for: none, the latest, or all.',
        default: 'latest',
      })
      .prefault('latest'),
    catchup_window: duration(
      { description: 'How far back missed runs are looked for.', examples: ['24h'] },
      1,
    ).prefault('24h'),
    is_paused_upon_creation: z
      .boolean()
      .meta({
        description: 'Whether the schedule waits for dags resume when the file is first read.',
        default: false,
      })
      .prefault(false),
    max_active_runs: wholeNumber({ description: 'How many runs may be under way at once.' }, 1).prefault(1),
    when_busy: z
      .enum(BUSY_POLICIES)
      .meta({
        description:
          'What becomes of a due run while max_active_runs are under way: each waits (queue), only the newest waits (latest), or none does (skip). Without it: latest; queue under catchup all, or after another DAG.',
        default: 'latest',
      })
      .optional(),
    dagrun_timeout: duration({ description: 'How long a run may take; without it, any time.' }, 1).optional(),
    alerts: z
      .array(alertRule)
      .min(1, 'is empty: leave it out to tell nobody')
      .meta({ description: 'Who is told of what, besides the channels of STOCKFLOW_ALERTS_TO.' })
      .optional(),
    heartbeat: connectionId({
      description: 'The connection of a cron monitor that is pinged at start, success and failure.',
      examples: ['oncall_ping'],
    }).optional(),
    start_within: duration(
      {
        description: 'A run that was due and is not running so long after is told of as not_started.',
        default: '10m',
        examples: ['10m', '1h'],
      },
      1,
    ).optional(),
    default_args: z
      .strictObject(taskDefaults)
      .meta({ description: 'What holds for every task that does not say otherwise.' })
      .optional(),
    params: z
      .record(paramName, paramKeys)
      .meta({ description: `Values that can be given when a run is triggered: \${{ params.name }}.` })
      .optional(),
    tasks: z.array(taskKeys).min(1).meta({ description: 'The tasks, in any order.' }),
  })
  .meta({ title: 'Stockflow DAG' });

/** The keys of a DAG file after validation: durations in milliseconds, wall times and dates parsed. */
export type DagFileKeys = z.output<typeof dagKeys>;
export type TaskKeys = z.output<typeof taskKeys>;
