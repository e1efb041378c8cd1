/** Checks a night's figures against its guards: a tripped guard stops the task unless this run overrides it. */
import type { TaskContext } from '../../runner/task.ts';
import type { Tripped } from '../inventory/guard/guards.ts';
import { adviceFor, type GuardOverride, splitByOverride } from '../inventory/guard/override.ts';
import type { OverriddenGuard } from './overridden_guards.ts';

export interface GuardCheck {
  /**
   * Returns why the task must stop, with figures, bounds and advice; null if nothing tripped that this run does not
   * override. Overrides are recorded in the history before this returns.
   * @param details text between the figures and the advice
   */
  refusal(tripped: readonly (Tripped | null)[], details?: string): Promise<string | null>;
  /** The guards overridden so far, in the order in which they tripped. */
  readonly overridden: readonly OverriddenGuard[];
}

/**
 * Creates the guard check of one attempt. The same figure checked again, as in a retried transaction, records no
 * second override.
 */
export function createGuardCheck(context: TaskContext<unknown>, override: GuardOverride): GuardCheck {
  const { run, attempt } = context;
  const task = {
    runId: run.runId,
    taskId: attempt.taskId,
    hasOverrideParams: Object.hasOwn(run.params, 'override_guards'),
  };
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
    async refusal(given, details) {
      const tripped = given.filter((guard) => guard !== null);
      const { stopping, overridden: passing } = splitByOverride(tripped, override);
      if (stopping.length > 0) {
        const figures = stopping.map(({ sentence }) => sentence).join('; ');
        const advice = adviceFor(stopping, override, task);
        return `${figures}${details ?? ''}${advice === null ? '' : `; ${advice}`}`;
      }
      for (const guard of passing) await recordOverride(guard);
      return null;
    },
  };
}
