import { Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';

/** What the heartbeat thread is started with. */
export interface HeartbeatData {
  readonly databaseUrl: string;
  readonly workerId: number;
  readonly leaseMs: number;
}

/** What it tells: its lease was lost, or it could not be renewed this time. */
export type HeartbeatMessage =
  | { readonly kind: 'lost' }
  | { readonly kind: 'missed'; readonly error: string };

/**
 * Renews a worker's lease from a thread and a connection of its own, so that neither a busy task nor a full pool can
 * make a living worker look dead.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #thread: Worker;
  #isStopped = false;

  /** @param onLost the lease was taken away, or the thread died: what this worker runs is no longer its own */
  constructor(data: HeartbeatData, log: Log, onLost: () => void) {
    this.#thread = new Worker(new URL('./heartbeat_thread.ts', import.meta.url), { workerData: data });
    this.#thread.unref();
    this.#thread.on('message', (message: HeartbeatMessage) => {
      if (message.kind === 'lost') onLost();
      else log.warn('a heartbeat was missed', { workerId: data.workerId, error: message.error });
    });
    this.#thread.on('error', (error) => {
      log.error('the heartbeat thread died', { workerId: data.workerId, error: String(error) });
      if (!this.#isStopped) onLost();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#thread.terminate();
  }
}
