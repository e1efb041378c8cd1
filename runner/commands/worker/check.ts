/** Asks whether a worker of this host is alive, for the health check of a container. */
import { hostname } from 'node:os';
import { liveAndLostWorkers } from '../../store/worker/live_worker.ts';
import { LEASE_MS } from '../../store/worker/worker.ts';
import type { Shell } from '../cli/command.ts';
import { EXIT } from '../cli/exit_code.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';

/** Prints the live workers of this host. The exit code is 1 if there is none. */
export async function checkWorkersHere(shell: Shell): Promise<void> {
  await using session = await openSession(shell, readSettings(shell.env), { migrations: 'leave' });
  const host = hostname();
  const live = (await liveAndLostWorkers(session.pool, LEASE_MS)).filter(
    (worker) => worker.isLive && worker.host === host,
  );
  for (const { workerId, pid, silentMs } of live)
    shell.stdout.write(
      `worker ${workerId} (pid ${pid}) lives, last heartbeat ${Math.round(silentMs)} ms ago\n`,
    );
  if (live.length > 0) return;
  shell.stderr.write(`no worker of host ${host} is alive: start one with stockflow worker\n`);
  shell.exitCode = EXIT.problem;
}
