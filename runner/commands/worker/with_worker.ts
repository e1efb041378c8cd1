/** Waits for what workers do, beside a worker of this process where one is asked for. */
import { SchemaMismatch } from '../../store/schema/schema_mismatch.ts';
import { countLiveWorkers } from '../../store/worker/live_worker.ts';
import type { Shell } from '../cli/command.ts';
import type { Session } from '../cli/session.ts';
import type { Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { drainWorker, startWorker } from './foreground.ts';

export const NO_WORKER =
  'no worker is running, so nothing happens yet: start one with stockflow up, or work here with --local';

/** Runs `work` beside a worker of this process with `local`; without it, says where there is no worker at all. */
export async function withWorker<T>(
  shell: Shell,
  session: Session,
  { settings, local }: { readonly settings: Settings; readonly local: true | undefined },
  work: () => Promise<T>,
): Promise<T> {
  if (local === undefined) {
    if ((await countLiveWorkers(session.pool)) === 0) shell.stderr.write(`${NO_WORKER}\n`);
    return await work();
  }
  const taskTypes = await taskTypesOf(settings);
  const worker = await startWorker(shell, settings, session, { taskTypes, dagsDir: null });
  try {
    const ended = await Promise.race([work(), worker.unfit]);
    if (ended instanceof SchemaMismatch) throw ended;
    return ended;
  } finally {
    await drainWorker(shell, worker);
  }
}
