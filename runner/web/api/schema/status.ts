import { z } from '@hono/zod-openapi';
import { approval, warning } from './run.ts';
import {
  date,
  dateOrNull,
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  millisecondsOrNull,
  runMode,
  runState,
  text,
  textOrNull,
} from './scalar.ts';
import { taskRemedyOrNull } from './task_remedy.ts';

const advice = z
  .object({
    action: z.enum(['explain_run', 'show_run', 'validate_dag', 'trigger_date', 'resume_dag', 'start_worker']),
    dag_id: text('The DAG.').optional(),
    run_id: integer('The run.').optional(),
    date: date('The business date.').optional(),
  })
  .nullable()
  .openapi({ description: 'The action that shows why, or that helps; null where there is nothing to do.' });

const dagStatus = z
  .object({
    dag_id: text('The DAG.'),
    state: z
      .union([runState, z.enum(['did not run', 'closed', 'invalid', 'paused', 'not due yet'])])
      .openapi({ description: 'The state of its last run that was due, or that there was none.' }),
    business_date: dateOrNull('The date of that run.'),
    scheduled_for: instantOrNull('The instant for which it was due.'),
    run_id: integerOrNull('The run; null where it did not run.'),
    mode: runMode
      .nullable()
      .openapi({ description: 'Whether it applied or worked in shadow; null where it did not run.' }),
    started_at: instantOrNull('Its start.'),
    finished_at: instantOrNull('Its end.'),
    duration_ms: millisecondsOrNull('The time that it took.'),
    problem: flag('Whether a person has to look.'),
    detail: text('What is wrong; empty where nothing is.'),
    dropped: integer('How many due runs of the last 24 hours were dropped, as others were under way.'),
    closed: textOrNull('The name of the date after its last run that the calendar closes.'),
    warnings: z.array(warning),
    approvals: z.array(approval),
    remedy: taskRemedyOrNull('What the task that failed proposes.'),
    sentence: text('How it went, in one sentence.'),
    next: instantOrNull('The next instant of its schedule.'),
    advice,
  })
  .openapi('DagStatus');

export const status = z
  .object({
    at: instant("The database's clock when it was read."),
    dags: z.array(dagStatus),
  })
  .openapi('Status');
