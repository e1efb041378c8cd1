/** Finds the shadow run that a command is about, and says why one has nothing to show. */
import type { Pool } from 'pg';
import { CommandError, EXIT } from '../../../runner/command.ts';
import type { DagRun } from '../../../runner/history.ts';
import { namedShadowRun, newestShadowRuns, type ShadowRun } from '../../changes/shadow_run.ts';

/**
 * Returns the shadow run to show; null for an applied night.
 * @throws CommandError where only a shadow run would do, and there is none
 */
export async function findForetold(
  pool: Pool,
  name: string | null,
  { shadow }: { readonly shadow?: true },
): Promise<ShadowRun | null> {
  if (name === null) return shadow === true ? await newestShadowRun(pool) : null;
  const found = await namedShadowRun(pool, name);
  if (found === null && shadow === true) {
    throw new CommandError(
      EXIT.notFound,
      `${name} is not a shadow run; without --shadow its own changes are shown`,
    );
  }
  return found;
}

/** @throws CommandError if there is none */
export async function newestShadowRun(pool: Pool): Promise<ShadowRun> {
  const [newest] = await newestShadowRuns(pool, { dagId: null, count: 1 });
  if (newest === undefined) {
    throw new CommandError(
      EXIT.notFound,
      'no shadow run has foretold anything yet; stockflow trigger inventory_sync --param mode=shadow works the night in shadow',
    );
  }
  return newest;
}

/** Returns the error for a shadow run that has come to no reset. */
export function nothingForetold({ runId, dagId, state }: DagRun): CommandError {
  const which = `shadow run ${runId} of ${dagId}`;
  return new CommandError(
    EXIT.notFound,
    state === 'queued' || state === 'running'
      ? `${which} is ${state} and has foretold nothing yet; stockflow runs watch ${runId} follows it`
      : `${which} is ${state} and keeps nothing that it would have changed; stockflow runs show ${runId} has more`,
  );
}

/** Returns the error for a shadow run of a night that was applied before. */
export function foretoldNoChange({ runId, dagId, businessDate }: DagRun): CommandError {
  return new CommandError(
    EXIT.notFound,
    `shadow run ${runId} of ${dagId} would have changed nothing: ${businessDate} was applied before; stockflow changes shows what that changed`,
  );
}
