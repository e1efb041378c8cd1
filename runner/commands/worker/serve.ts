/** Schedules and works in the foreground until a signal stops it, for `up` and `worker`. */
import { once } from 'node:events';
import { nextScheduledFor } from '../../engine/schedule/schedule_dag.ts';
import type { Worker } from '../../engine/worker/worker.ts';
import { listDags } from '../../store/dag/dag.ts';
import { inZone, msBetween, spanText } from '../../view/time_text.ts';
import type { Shell } from '../cli/command.ts';
import { EXIT, Interrupted } from '../cli/exit_code.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { drainWorker, startWorker } from './foreground.ts';

export async function serve(
  shell: Shell,
  options: { readonly migrations: 'apply' | 'check' },
): Promise<void> {
  const settings = readSettings(shell.env);
  const taskTypes = await taskTypesOf(settings);
  await using session = await openSession(shell, settings, {
    migrations: options.migrations,
    logLevel: 'info',
  });
  const worker = await startWorker(shell, settings, session, { taskTypes, dagsDir: settings.dagsDir });
  try {
    await printSchedule(shell, worker);
    if (!shell.signal.aborted) await once(shell.signal, 'abort');
  } finally {
    await drainWorker(shell, worker);
  }
  // A stop by the system is how a service ends; Ctrl-C is an interruption like any other.
  const { reason } = shell.signal;
  shell.exitCode =
    reason instanceof Interrupted && reason.signalName === 'SIGTERM' ? EXIT.ok : EXIT.interrupted;
}

async function printSchedule(shell: Shell, worker: Worker): Promise<void> {
  const { pool, versions, clock } = worker.engine;
  const now = clock.now();
  const lines: { readonly text: string; readonly atMs: number }[] = [];
  for (const row of await listDags(pool)) {
    if (row.retiredAt !== null) continue;
    const invalid = row.problems === null ? '' : ' (its file is invalid: stockflow dags validate)';
    if (row.dagVersionId === null) {
      lines.push({ text: `${row.dagId}  never runs${invalid}`, atMs: Number.POSITIVE_INFINITY });
      continue;
    }
    const { dag } = await versions.get(row.dagVersionId);
    const next = row.isPaused ? null : nextScheduledFor(dag, now);
    const when =
      next === null
        ? `${row.isPaused ? 'is paused' : 'only when triggered'}`
        : `next ${inZone(next, dag.timezone)}, in ${spanText(msBetween(now, next))}`;
    lines.push({
      text: `${row.dagId}  ${when}${invalid}`,
      atMs: next?.epochMilliseconds ?? Number.MAX_VALUE,
    });
  }
  const texts = lines.toSorted((a, b) => a.atMs - b.atMs).map(({ text }) => `${text}\n`);
  shell.stderr.write(texts.length === 0 ? 'there is no DAG yet\n' : texts.join(''));
  shell.stderr.write('working; Ctrl-C stops\n');
}
