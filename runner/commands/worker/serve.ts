/** Schedules and works in the foreground until a signal stops it, for `up` and `worker`. */
import type { Dag } from '../../core/dag/dag.ts';
import { nextScheduledFor } from '../../engine/schedule/schedule_dag.ts';
import type { Worker } from '../../engine/worker/worker.ts';
import { type DagRow, listDags } from '../../store/dag/dag.ts';
import { inZone, msBetween, spanText } from '../../view/time_text.ts';
import type { Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import type { ListenOptions } from '../web/listen_options.ts';
import { tryMetrics, tryPage } from '../web/try_page.ts';
import { drainWorker, startWorker } from './foreground.ts';
import { endService, untilStopped } from './service.ts';

export interface ServeOptions {
  readonly migrations: 'apply' | 'check';
  /** The address on which the page is served too; null for a worker alone. */
  readonly page: ListenOptions | null;
  /** The address on which /metrics is served alone; null for none. */
  readonly metrics: ListenOptions | null;
}

export async function serve(shell: Shell, options: ServeOptions): Promise<void> {
  const settings = readSettings(shell.env);
  const taskTypes = await taskTypesOf(settings);
  await using session = await openSession(shell, settings, {
    migrations: options.migrations,
    logLevel: 'info',
  });
  const worker = await startWorker(shell, settings, session, { taskTypes, dagsDir: settings.dagsDir });
  try {
    await using page =
      options.page === null ? null : await tryPage(shell, { settings, session, ...options.page });
    await using metrics =
      options.metrics === null ? null : await tryMetrics(shell, { session, ...options.metrics });
    await printSchedule(shell, worker);
    shell.stderr.write(page === null ? '' : `the page is at ${page.url}\n`);
    shell.stderr.write(metrics === null ? '' : `the metrics are at ${metrics.url}/metrics\n`);
    shell.stderr.write('working; Ctrl-C stops\n');
    await untilStoppedOrUnfit(shell, worker);
  } finally {
    await drainWorker(shell, worker);
  }
  endService(shell);
}

/** @throws SchemaMismatch once the database no longer fits this version */
async function untilStoppedOrUnfit(shell: Shell, worker: Worker): Promise<void> {
  const mismatch = await Promise.race([untilStopped(shell), worker.unfit]);
  if (mismatch !== undefined) throw mismatch;
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
        ? idleWords(row, dag)
        : `next ${inZone(next, dag.timezone)}, in ${spanText(msBetween(now, next))}`;
    lines.push({
      text: `${row.dagId}  ${when}${invalid}`,
      atMs: next?.epochMilliseconds ?? Number.MAX_VALUE,
    });
  }
  const texts = lines.toSorted((a, b) => a.atMs - b.atMs).map(({ text }) => `${text}\n`);
  shell.stderr.write(texts.length === 0 ? 'there is no DAG yet\n' : texts.join(''));
}

function idleWords({ isPaused }: DagRow, { after }: Dag): string {
  if (isPaused) return 'is paused';
  return after === null ? 'only when triggered' : `after each success of ${after}`;
}
