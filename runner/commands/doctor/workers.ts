/** Checks the workers that report to be alive. */
import { liveAndLostWorkers, type WorkerRow } from '../../store/worker/live_worker.ts';
import { spanText } from '../../view/time_text.ts';
import type { Session } from '../cli/session.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const LOST_WITHIN_MS = 24 * 3_600_000;

export async function checkWorkers({ pool }: Session): Promise<readonly Finding[]> {
  const workers = await liveAndLostWorkers(pool, LOST_WITHIN_MS);
  const live = workers.filter(({ isLive }) => isLive);
  const lost = workers.filter(({ isLive }) => !isLive);
  return [
    ...(live.length === 0
      ? [problem('workers', 'none is running: nothing is scheduled and nothing starts', 'run stockflow up')]
      : live.map((worker) => ok('workers', liveText(worker)))),
    ...mixedVersions(live),
    ...(lost.length === 0 ? [] : [lostWarning(lost)]),
  ];
}

function liveText(worker: WorkerRow): string {
  const { codeVersion, concurrency, silentMs } = worker;
  return `${nameOf(worker)}, version ${codeVersion}, ${concurrency} tasks at once, last heartbeat ${spanText(silentMs)} ago`;
}

function mixedVersions(live: readonly WorkerRow[]): readonly Finding[] {
  const versions = [...new Set(live.map(({ codeVersion }) => codeVersion))];
  if (versions.length < 2) return [];
  return [
    warning(
      'workers',
      `versions ${versions.join(' and ')} work side by side`,
      'bring every host to one version; each attempt keeps which one worked it',
    ),
  ];
}

function lostWarning(lost: readonly WorkerRow[]): Finding {
  const names = lost.map(
    (worker) => `${nameOf(worker)}, ${worker.lostReason ?? 'silent'}, ${spanText(worker.silentMs)} ago`,
  );
  return warning(
    'workers',
    `lost in the last 24 h: ${names.join('; ')}`,
    'other workers took their tasks over; find out why they died: memory, a kill, the host',
  );
}

function nameOf({ workerId, host, pid }: WorkerRow): string {
  return `worker ${workerId} (${host}, pid ${pid})`;
}
