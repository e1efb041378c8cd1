import { z } from 'zod';
import { defineTask, duration, FailTask, type FoundRun } from '../runner/task.ts';
import { pollAgain, pollParams } from './sensor/poll.ts';

const ID = /^[a-z][a-z0-9_]{0,62}$/;
const id = (what: string) =>
  z.string().regex(ID, { error: 'an id is a-z, 0-9 and _, beginning with a letter' }).describe(what);

/** States of a run or a task that a person alone changes. */
const FAILED: readonly string[] = ['failed', 'upstream_failed', 'cancelled'];

/**
 * Waits until another DAG's run of a business date, or a task of it, has succeeded. It reads the recorded history, looks again
 * every `poll_interval` and holds no worker in between. Repeating a look changes nothing.
 */
export default defineTask({
  type: 'wait_for_dag',
  description: "Waits until another DAG's run of the same business date, or a task of it, has succeeded",
  params: z.strictObject({
    dag: id('the dag_id of the DAG that is waited for'),
    task: id('a task of that DAG; without it, the whole run is waited for').nullish(),
    date: z
      .union([z.enum(['same', 'previous']), z.iso.date()])
      .default('same')
      .describe(
        'same: the business date of this run; previous: the latest earlier one with a run; or a date',
      ),
    accept: z
      .array(z.enum(['success', 'skipped']))
      .min(1)
      .default(['success'])
      .describe('the states that end the wait; a run is never skipped'),
    on_failure: z
      .enum(['wait', 'fail'])
      .default('wait')
      .describe(
        'wait: until it is run again and succeeds; fail: this task fails as soon as it sees the failure',
      ),
    ...pollParams,
    poll_interval: duration({ description: 'the time between two looks' }).prefault('1m'),
  }),
  worksInShadow: true,
  async run(context) {
    const { params, run, runs, log } = context;
    const { dag: dagId, task: taskId } = params;
    const date =
      params.date === 'previous'
        ? { before: run.businessDate }
        : { on: params.date === 'same' ? run.businessDate : Temporal.PlainDate.from(params.date) };
    const found = await runs.newest({ dagId, date, ...(taskId == null ? {} : { taskId }) });
    const which = `${taskId == null ? dagId : `${dagId}.${taskId}`} of ${dateWords(params.date, run.businessDate, found)}`;
    if (found === null) throw pollAgain(context, `${which} has no run yet`);
    const states = statesOf(found, taskId ?? null);
    const { runId } = found;
    const accepted: readonly string[] = params.accept;
    if (states.length > 0 && states.every((state) => accepted.includes(state))) {
      log.info('what was waited for has ended', { dag: dagId, run: runId });
      return { run_id: runId, business_date: found.businessDate.toString(), state: found.state };
    }
    const failed = states.find((state) => FAILED.includes(state));
    const seen =
      states.length === 0
        ? `is not in run ${runId}`
        : `is ${failed ?? unmet(states, accepted)} in run ${runId}`;
    if (failed !== undefined && params.on_failure === 'fail') throw new FailTask(`${which} ${seen}`);
    throw pollAgain(context, `${which} ${seen}`);
  },
});

function statesOf({ state, taskStates }: FoundRun, taskId: string | null): readonly string[] {
  return taskId === null ? [state] : taskStates;
}

function unmet(states: readonly string[], accepted: readonly string[]): string {
  return states.find((state) => !accepted.includes(state)) ?? '';
}

function dateWords(asked: string, businessDate: Temporal.PlainDate, found: FoundRun | null): string {
  if (found !== null) return found.businessDate.toString();
  return asked === 'previous'
    ? `a date before ${businessDate}`
    : asked === 'same'
      ? `${businessDate}`
      : asked;
}
