/** Checks a night's figures against its guards: a tripped guard stops the task unless this run overrides it. */
import { type ClearTasks, FailTask, type ShowArtifact, type TaskContext } from '../../runner/task.ts';
import { aboutFile } from '../files/refused_file.ts';
import type { Tripped } from '../inventory/guard/guards.ts';
import {
  adviceFor,
  type GuardAdvice,
  type GuardOverride,
  type OverrideNeeds,
  splitByOverride,
} from '../inventory/guard/override.ts';
import type { OverriddenGuard } from './overridden_guards.ts';

const APPROVAL_TIMEOUT_MS = 24 * 3_600_000;
const QUESTION_MAX_CHARS = 1000;

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
   * Returns if nothing tripped that this run does not override. Overrides are recorded in the history before, and
   * approved by a second person where they need that.
   * @throws FailTask with figures and bounds, and as its remedy the override; DeferTask while nobody has approved
   */
  enforce(tripped: readonly (Tripped | null)[], details?: TrippedDetails): Promise<void>;
  /** The guards overridden so far, in the order in which they tripped. */
  readonly overridden: readonly OverriddenGuard[];
}

export interface OverrideParams {
  readonly override: GuardOverride;
  readonly override_needs: OverrideNeeds;
}

/**
 * Creates the guard check of one attempt. The same figure checked again, as in a retried transaction, records no
 * second override.
 */
export function createGuardCheck(
  context: TaskContext<unknown>,
  { override, override_needs: needs }: OverrideParams,
): GuardCheck {
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
      if (passing.length > 0 && needs === 'approval')
        await requireApproval(context, passing, override.reason);
      for (const guard of passing) await recordOverride(guard);
    },
  };
}

/** @throws DeferTask while nobody has answered; FailTask if it was rejected, or nobody answered in a day */
async function requireApproval(
  { attempt, approval }: TaskContext<unknown>,
  passing: readonly Tripped[],
  reason: string,
): Promise<void> {
  const figures = passing.map(({ guard, sentence }) => `${guard}: ${sentence}`).join('; ');
  const question = shortened(`${attempt.taskId} goes on over ${figures} (${reason})`);
  const answer = await approval({ question, notRequester: true, timeoutMs: APPROVAL_TIMEOUT_MS });
  if (answer.decision === 'expired')
    throw new FailTask(
      `nobody approved the override by ${answer.at.toString({ smallestUnit: 'second' })}: ${figures}`,
    );
  if (answer.decision === 'rejected')
    throw new FailTask(
      `${answer.by} rejected the override${answer.reason === null ? '' : ` (${answer.reason})`}: ${figures}`,
    );
}

function shortened(question: string): string {
  return question.length <= QUESTION_MAX_CHARS ? question : `${question.slice(0, QUESTION_MAX_CHARS - 1)}…`;
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
