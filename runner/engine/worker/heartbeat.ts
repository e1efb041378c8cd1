import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../log.ts';

/** The arguments of the heartbeat thread. */
export interface HeartbeatData {
  readonly databaseUrl: string;
  readonly workerId: number;
  readonly leaseMs: number;
  /** A counter of the event loop's turns, which the heartbeat watches. */
  readonly turns: Int32Array<SharedArrayBuffer>;
  /** The time in ms that the event loop may be blocked before the lease is given up. */
  readonly stallMs: number;
  /** `end`: a blocked process is killed once its lease is given up; `leave`: the process belongs to someone else. */
  readonly stalledProcess: 'end' | 'leave';
}

/** A message of the thread: its lease was lost, or could not be renewed this time. */
export type HeartbeatMessage =
  | { readonly kind: 'lost' }
  | { readonly kind: 'missed'; readonly error: string };

export type HeartbeatOptions = Omit<HeartbeatData, 'turns'>;

/**
 * Renews a worker's lease from a thread and a connection of its own, so that neither a busy task nor an exhausted pool
 * can make a living worker look dead. It watches the event loop too: if it is blocked, as in an endless loop, the lease
 * is given up.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #thread: Worker;
  readonly #turning: NodeJS.Timeout;
  #isStopped = false;

  /** @param onLost called when the lease was lost or the thread died: this worker's tasks are no longer its own */
  constructor(options: HeartbeatOptions, log: Log, onLost: () => void) {
    const turns = new Int32Array(new SharedArrayBuffer(4));
    this.#turning = setInterval(() => Atomics.add(turns, 0, 1), options.stallMs / 10);
    this.#turning.unref();
    const data: HeartbeatData = { ...options, turns };
    this.#thread = new Worker(
      new URL(`./heartbeat_thread${extname(import.meta.filename)}`, import.meta.url),
      { workerData: data },
    );
    this.#thread.unref();
    this.#thread.on('message', (message: HeartbeatMessage) => {
      if (message.kind === 'lost') onLost();
      else log.warn('a heartbeat was missed', { workerId: options.workerId, error: message.error });
    });
    this.#thread.on('error', (error) => {
      log.error('the heartbeat thread died', { workerId: options.workerId, error: String(error) });
      if (!this.#isStopped) onLost();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#turning);
    await this.#thread.terminate();
  }
}
