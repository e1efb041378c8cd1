/** Checks a night's figures against its guards: a tripped guard stops the task unless this run overrides it. */
import { type ClearTasks, FailTask, type ShowArtifact, type TaskContext } from '../../runner/task.ts';
import { aboutFile } from '../files/refused_file.ts';
import type { Tripped } from '../inventory/guard/guards.ts';
import {
  adviceFor,
  type GuardAdvice,
  type GuardOverride,
  splitByOverride,
} from '../inventory/guard/override.ts';
import type { OverriddenGuard } from './overridden_guards.ts';

/** More about a tripped guard, for its error. */
export interface TrippedDetails {
  /** The location of the file, after the figures and details. */
  readonly location?: string;
  /** Text after the figures. */
  readonly details?: string;
  /** The artifact with all rejected rows. */
  readonly rejects?: string;
}

export interface GuardCheck {
  /**
   * Returns if nothing tripped that this run does not override. Overrides are recorded in the history before.
   * @throws FailTask with figures and bounds, and as its remedy the override
   */
  enforce(tripped: readonly (Tripped | null)[], details?: TrippedDetails): Promise<void>;
  /** The guards overridden so far, in the order in which they tripped. */
  readonly overridden: readonly OverriddenGuard[];
}

/**
 * Creates the guard check of one attempt. The same figure checked again, as in a retried transaction, records no
 * second override.
 */
export function createGuardCheck(context: TaskContext<unknown>, override: GuardOverride): GuardCheck {
  const { run, attempt } = context;
  const dag = { hasOverrideParams: Object.hasOwn(run.params, 'override_guards') };
  const overridden: OverriddenGuard[] = [];

  async function recordOverride({ guard, figure, bound, sentence }: Tripped): Promise<void> {
    if (overridden.some((before) => before.sentence === sentence)) return;
    const { reason } = override;
    context.log.warn('guard overridden', { guard, figure, bound, reason, sentence });
    await context.record({ action: 'guard.overridden', reason, after: { guard, figure, bound, sentence } });
    overridden.push({ task_id: attempt.taskId, guard, figure, bound, sentence, reason });
  }

  return {
    overridden,
    async enforce(given, details = {}) {
      const tripped = given.filter((guard) => guard !== null);
      const { stopping, overridden: passing } = splitByOverride(tripped, override);
      if (stopping.length > 0) {
        throw failure(stopping, {
          ...details,
          advice: adviceFor(stopping, override, dag),
          taskId: attempt.taskId,
        });
      }
      for (const guard of passing) await recordOverride(guard);
    },
  };
}

function failure(
  stopping: readonly Tripped[],
  given: TrippedDetails & { readonly advice: GuardAdvice | null; readonly taskId: string },
): FailTask {
  const { location, details, rejects, advice, taskId } = given;
  const figures = `${stopping.map(({ sentence }) => sentence).join('; ')}${details ?? ''}`;
  const tripped = location === undefined ? figures : aboutFile(figures, location);
  const raise = advice?.kind === 'raise' ? `; ${raiseSentence(advice.guards, taskId)}` : '';
  const artifact: ShowArtifact | null =
    rejects === undefined ? null : { label: 'see all rejected rows', name: rejects };
  const clear = advice?.kind === 'override' ? overrideAction(advice) : null;
  const why = `${tripped}${raise}`;
  if (artifact === null && clear === null) return new FailTask(why);
  return new FailTask(why, { remedy: { ...(artifact && { artifact }), ...(clear && { clear }) } });
}

function raiseSentence(guards: readonly string[], taskId: string): string {
  const bounds = guards.map((name) => `guards.${name}`).join(', ');
  return `if the figure is right, raise ${bounds} of ${taskId} in the DAG's file and trigger the date`;
}

function overrideAction({ guards, stopping }: Extract<GuardAdvice, { kind: 'override' }>): ClearTasks {
  return {
    label: `override ${stopping.join(' and ')} if the figure is right`,
    scope: 'failed',
    params: { override_guards: guards.join(','), override_reason: null },
  };
}
