/** A worker inside a command, ended by Ctrl-C. */
import { existsSync } from 'node:fs';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { Worker } from '../../engine/worker/worker.ts';
import { readManifest } from '../../manifest.ts';
import { alertSender } from '../alerts/sender.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import type { Session } from '../cli/session.ts';
import type { Settings } from '../cli/settings.ts';

export interface WorkerPart {
  readonly taskTypes: TaskTypes;
  /** The folder of the DAG files; null for a worker that leaves them alone. */
  readonly dagsDir: string | null;
}

export async function startWorker(
  shell: Shell,
  settings: Settings,
  session: Session,
  { taskTypes, dagsDir }: WorkerPart,
): Promise<Worker> {
  if (dagsDir !== null && !existsSync(dagsDir)) {
    throw new CommandError(
      EXIT.usage,
      `there is no folder ${dagsDir} with DAG files; STOCKFLOW_DAGS names it`,
    );
  }
  for (const why of taskTypes.broken.values()) session.log.error('a task type cannot be loaded', { why });
  return await Worker.start({
    databaseUrl: session.url,
    taskTypes,
    projectDir: process.cwd(),
    dagsDir,
    env: shell.env,
    concurrency: settings.concurrency,
    codeVersion: `${readManifest().version}+${taskTypes.sourceHash}`,
    process: 'own',
    log: session.log,
    alertsTo: settings.alertsTo,
    alertSender: alertSender(shell, session),
  });
}

/** Stops the worker once its running tasks have ended or its grace time is over; a second Ctrl-C hands them over at once. */
export async function drainWorker(shell: Shell, worker: Worker): Promise<void> {
  const hurry = () => void worker.stop(0);
  shell.forceStop.addEventListener('abort', hurry, { once: true });
  if (shell.signal.aborted)
    shell.stderr.write('stopping; running tasks may end, Ctrl-C again hands them over at once\n');
  try {
    await worker.stop(shell.forceStop.aborted ? 0 : undefined);
  } finally {
    shell.forceStop.removeEventListener('abort', hurry);
  }
}
