/** What stands between a figure and the counts: a guard that tripped stops the task, unless this run overrides it. */
import type { TaskContext } from '../../runner/task.ts';
import type { Tripped } from '../inventory/guard/guards.ts';
import { adviceFor, type GuardOverride, splitByOverride } from '../inventory/guard/override.ts';
import type { OverriddenGuard } from './overridden_guards.ts';

export interface GuardCheck {
  /**
   * Why the task must stop, figures, bounds and what can be done; null where nothing tripped that this run does not
   * override. What it overrides is in the history when this returns, before anything is done by it.
   * @param details stand between the figures and the advice
   */
  refusal(tripped: readonly (Tripped | null)[], details?: string): Promise<string | null>;
  /** In the order in which they tripped. */
  readonly overridden: readonly OverriddenGuard[];
}

/** Asked again about the same figure, as when a transaction is tried again, it records no second override. */
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
