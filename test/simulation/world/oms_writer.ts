import type { Pool } from 'pg';
import type { Random } from '../../../demo/world/random.ts';
import type { Event } from '../plan/event.ts';
import type { NightPlan } from '../plan/night_plan.ts';
import { type OmsWrite, recordWrites, writesOf } from './oms_writes.ts';

/** The number of writes at each poll, few enough that some are left for the last tasks. */
const WRITES_AT_ONCE = [0, 0, 1, 1, 2] as const;

/** Writes events to the OMS as their instants come; later ones wait. */
export class OmsWriter {
  readonly #pool: Pool;
  #pending: readonly OmsWrite[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  expect(events: readonly Event[]): void {
    this.#pending = [...this.#pending, ...writesOf(events)].toSorted((one, other) => one.atMs - other.atMs);
  }

  async writeUntil(atMs: number): Promise<void> {
    await this.#write(this.#pending.filter((write) => write.atMs <= atMs));
  }

  /**
   * Makes a few of this night's writes concurrently with the tasks, each in its own transaction; only those whose
   * order relative to the tasks does not matter.
   */
  async writeBeside(random: Random, plan: NightPlan): Promise<void> {
    for (let left = random.pick(WRITES_AT_ONCE); left > 0; left -= 1) {
      const next = this.#pending.find((write) => write.atMs <= plan.endAtMs && mayRace(write, plan));
      if (next === undefined) return;
      await this.#write([next]);
    }
  }

  async #write(due: readonly OmsWrite[]): Promise<void> {
    this.#pending = this.#pending.filter((write) => !due.includes(write));
    await recordWrites(this.#pool, due);
  }
}

/**
 * Returns false for the outcome of a booking sent by a snapshot: it decides whether its keys are held out, so it
 * waits for the run's end.
 */
function mayRace({ learntOfSentAtMs }: OmsWrite, plan: NightPlan): boolean {
  return learntOfSentAtMs === null || learntOfSentAtMs > plan.freezeAtMs;
}
