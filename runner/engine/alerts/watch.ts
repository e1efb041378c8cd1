/** Watches over runs in a process without a worker, so that a dead fleet is told of while the page lives. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import { overdueChannels } from '../../store/alert/due_channel.ts';
import type { DagVersions } from '../dags/versions.ts';
import type { AlertSender } from './sender.ts';
import { AlertUpkeep } from './upkeep.ts';

export interface AlertWatchOptions {
  readonly pool: Pool;
  readonly versions: DagVersions;
  /** Null for a process that only records what is to be told. */
  readonly sender: AlertSender | null;
  readonly log: Log;
  /** The time in ms between two looks; 10 s by default, as what it finds is minutes late already. */
  readonly everyMs?: number;
}

const EVERY_MS = 10_000;

/** A delivery is left to the workers for so long: they take its job when it is due. */
const LEFT_TO_WORKERS_MS = 15_000;

export class AlertWatch implements AsyncDisposable {
  readonly #options: AlertWatchOptions;
  readonly #upkeep: AlertUpkeep;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.#upkeep = new AlertUpkeep(options.pool, options.versions);
    this.#loop = this.#keepLooking();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #keepLooking(): Promise<void> {
    const { everyMs = EVERY_MS, log } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        log.warn('runs cannot be watched', { error: errorFacts(error).errorText });
      }
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { pool, sender } = this.#options;
    await this.#upkeep.run();
    if (sender === null) return;
    for (const channel of await overdueChannels(pool, LEFT_TO_WORKERS_MS))
      await sender.sendDue(channel, { signal: this.#stopping.signal });
  }
}
