import { isDatabaseUnavailable } from '../../connections/postgres/connect.ts';
import { LEASE_MS } from '../../store/worker/worker.ts';
import type { WorkerOptions } from './worker_options.ts';

/** Whether a worker whose lease has run out is dead, or may only have been unable to reach the database. */
export type SilentWorkers = 'presume_dead' | 'presume_alive';

/**
 * Decides what a worker thinks of others whose lease has run out. While the database could not be reached nobody could renew one,
 * so after such an outage the others have a lease's time to do that. The start of the server does not tell: a standby that took
 * over started long before.
 */
export class OutageGrace {
  readonly #leaseMs: number;
  readonly #log: WorkerOptions['log'];
  #answeredAtMs: number;
  #isUnavailable = false;
  #judgesFromMs = Number.NEGATIVE_INFINITY;

  constructor({ leaseMs = LEASE_MS, log }: Pick<WorkerOptions, 'leaseMs' | 'log'>, nowMs: number) {
    this.#leaseMs = leaseMs;
    this.#answeredAtMs = nowMs;
    this.#log = log;
  }

  /** Notes and logs an error of the maintenance; one by which the database could not be reached begins an outage. */
  failed(error: unknown): void {
    const isUnavailable = isDatabaseUnavailable(error);
    this.#isUnavailable ||= isUnavailable;
    const message = isUnavailable ? 'the database is unavailable' : 'maintenance failed';
    this.#log.warn(message, { error: String(error) });
  }

  /** Notes an answer of the database. An outage shorter than half a lease lets none run out. */
  answered(nowMs: number): SilentWorkers {
    const outageMs = nowMs - this.#answeredAtMs;
    if (this.#isUnavailable && outageMs >= this.#leaseMs / 2) {
      this.#judgesFromMs = nowMs + this.#leaseMs;
      this.#log.info('the database answers again; no worker is presumed dead for the time of a lease', {
        outageMs: Math.round(outageMs),
      });
    }
    this.#isUnavailable = false;
    this.#answeredAtMs = nowMs;
    return nowMs >= this.#judgesFromMs ? 'presume_dead' : 'presume_alive';
  }
}
