/** The foot of the first page: the machinery in one line, each part a link to more. */
import type { SealState } from '../../../store/event/seal_state.ts';
import type { QueueHealth } from '../../../store/queue/health.ts';
import type { WorkerRow } from '../../../store/worker/live_worker.ts';
import { spanText } from '../../../view/time_text.ts';
import { type Html, html } from '../../html/html.ts';
import { timeTag } from '../../html/time.ts';

export interface Machinery {
  readonly workers: readonly WorkerRow[];
  readonly queue: QueueHealth;
  readonly seal: SealState['seal'];
  /** The zone of the page. */
  readonly timezone: string;
}

export function foot({ workers, queue, seal, timezone }: Machinery): Html {
  const live = workers.filter(({ isLive }) => isLive).length;
  const waiting =
    queue.readyTasks === 0
      ? 'queue empty'
      : `${queue.readyTasks} ${queue.readyTasks === 1 ? 'task' : 'tasks'} ready, the oldest for ${spanText(queue.oldestReadyMs)}`;
  const history =
    seal === null ? html`history` : html`history sealed to ${timeTag(seal.sealedAt, timezone, 'clock')}`;
  return html`<p class="foot small"><a href="/workers">${live} ${live === 1 ? 'worker' : 'workers'}</a> · ${waiting} · <a href="/alerts">alerts</a> · <a href="/audit">${history}</a></p>`;
}
