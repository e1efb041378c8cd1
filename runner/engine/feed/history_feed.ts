import { setTimeout as pause } from 'node:timers/promises';
import type { FedAttempt, FedRun } from '../../core/feed/change.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import {
  type Feed,
  type FoundRun,
  findFedRun,
  markTold,
  putOffRun,
  releaseRun,
  type Told,
  takeRun,
  untoldAttempts,
} from '../../store/feed/feed.ts';
import type { Engine } from '../engine.ts';

/** Tells a receiver of runs. Every method throws if the receiver failed: then the same is told again later. */
export interface Teller {
  readonly feed: Feed;
  runStarted(run: FedRun, signal: AbortSignal): Promise<void>;
  attemptStarted(run: FedRun, attempt: FedAttempt, signal: AbortSignal): Promise<void>;
  attemptEnded(run: FedRun, attempt: FedAttempt, signal: AbortSignal): Promise<void>;
  /** @param toldEnd the earlier end that was told of a run that was cleared since; null for the first */
  runEnded(run: FedRun, toldEnd: Temporal.Instant | null, signal: AbortSignal): Promise<void>;
  /** Called when the worker stops, after the last run. */
  close(): Promise<void>;
}

/** The interval in ms at which each worker looks for what was not told yet. */
const LOOK_EVERY_MS = 1_000;
/** The time in ms for which one worker has a run to itself. */
const LEASE_MS = 60_000;
/** The time in ms after which a run is given back, so that its lease cannot end while it is told of. */
const TURN_MS = 30_000;
const ATTEMPTS_AT_ONCE = 200;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 600_000;
const GIVE_UP_MS = 24 * 3_600_000;
/** The time in ms for the last look of a worker that stops. */
const LAST_LOOK_MS = 2_000;

/**
 * Tells a receiver what happened to runs: reads the history for changes that were not told yet, and records what was.
 * Nothing is written when a change is made, so a feed costs the tasks nothing; a change is told even if its worker died
 * right after it, or if an operator made it on another host. What a run's tasks do never waits for it.
 */
export class HistoryFeed implements AsyncDisposable {
  readonly #engine: Pick<Engine, 'pool' | 'log'>;
  readonly #teller: Teller;
  readonly #stopping = new AbortController();
  readonly #work: Promise<void>;
  #failures = 0;

  constructor(engine: Pick<Engine, 'pool' | 'log'>, teller: Teller) {
    this.#engine = engine;
    this.#teller = teller;
    this.#work = this.#keepTelling();
  }

  /** Tells what the last tasks of this worker did, within two seconds; the rest is left to other workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#work;
    await this.#tell(AbortSignal.timeout(LAST_LOOK_MS));
    await this.#teller.close();
  }

  async #keepTelling(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#tell(signal);
      // A receiver that is down is asked less often, for whichever run.
      const waitMs = LOOK_EVERY_MS * Math.min(1 + this.#failures, 10);
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #tell(signal: AbortSignal): Promise<void> {
    const { pool, log } = this.#engine;
    const { feed } = this.#teller;
    try {
      const lookedAt = new Set<number>();
      while (!signal.aborted) {
        const runId = await takeRun(pool, feed, { leaseMs: LEASE_MS, except: lookedAt });
        if (runId === null || !(await this.#tellOfRun(runId, signal))) return;
        lookedAt.add(runId);
      }
    } catch (error) {
      log.warn('a feed could not read the history; it tries again', { feed, error: String(error) });
    }
  }

  /** @returns false if the receiver failed, or the time is over */
  async #tellOfRun(runId: number, signal: AbortSignal): Promise<boolean> {
    const { pool } = this.#engine;
    const { feed } = this.#teller;
    const at = { feed, runId };
    const run = await findFedRun(pool, feed, runId);
    if (run === null) return true;
    try {
      const isWhole = await this.#tellChanges(run, signal);
      const isNewEnd = run.finishedAt !== null && run.closedAt?.equals(run.finishedAt) !== true;
      if (isWhole && isNewEnd) await this.#teller.runEnded(run, run.closedAt, signal);
      await releaseRun(pool, at, isWhole ? run.finishedAt : null);
      this.#failures = 0;
      return true;
    } catch (error) {
      if (signal.aborted) await releaseRun(pool, at, null);
      else await this.#putOff(run, error);
      return false;
    }
  }

  /** Tells of the run's start and its attempts. @returns false if its turn was over before */
  async #tellChanges(run: FoundRun, signal: AbortSignal): Promise<boolean> {
    const { pool } = this.#engine;
    const { feed } = this.#teller;
    const at = { feed, runId: run.runId };
    const turnEndsAt = performance.now() + TURN_MS;
    if (!run.isStartSent) {
      await this.#teller.runStarted(run, signal);
      await markTold(pool, at, [{ taskInstanceId: 0, attemptNumber: 0, moment: 'start' }]);
    }
    for (;;) {
      const attempts = await untoldAttempts(pool, feed, { runId: run.runId, atMost: ATTEMPTS_AT_ONCE });
      const told: Told[] = [];
      try {
        for (const attempt of attempts) {
          if (performance.now() > turnEndsAt) return false;
          const { taskInstanceId, attemptNumber } = attempt;
          if (!attempt.isStartSent) {
            await this.#teller.attemptStarted(run, attempt, signal);
            told.push({ taskInstanceId, attemptNumber, moment: 'start' });
          }
          if (attempt.finishedAt === null) continue;
          await this.#teller.attemptEnded(run, attempt, signal);
          told.push({ taskInstanceId, attemptNumber, moment: 'end' });
        }
      } finally {
        await markTold(pool, at, told);
      }
      if (attempts.length < ATTEMPTS_AT_ONCE) return true;
    }
  }

  async #putOff({ runId, dagId, failureCount }: FoundRun, error: unknown): Promise<void> {
    const { pool, log } = this.#engine;
    const { feed } = this.#teller;
    const { errorText } = errorFacts(error);
    this.#failures += 1;
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** failureCount, LONGEST_RETRY_MS);
    const isGivenUp = await putOffRun(pool, { feed, runId }, { errorText, retryMs, giveUpMs: GIVE_UP_MS });
    const facts = { feed, dagId, runId, error: errorText };
    if (isGivenUp)
      log.warn('the receiver of a feed failed for a day; the rest of the run is not sent', facts);
    else if (this.#failures === 1)
      log.warn('the receiver of a feed failed; it is tried again for a day', facts);
    else log.debug('the receiver of a feed failed again', { ...facts, retryMs });
  }
}
