import type { Pool } from 'pg';
import type { Random } from '../../../demo/world/random.ts';
import type { Event } from '../plan/event.ts';
import type { NightPlan } from '../plan/night_plan.ts';
import { type OmsWrite, writeDown, writesOf } from './oms_writes.ts';

/** At a look, so that some is left for the last tasks. */
const WRITES_AT_ONCE = [0, 0, 1, 1, 2] as const;

/** Writes down in the OMS what happens, as its instants come; what lies further ahead waits. */
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

  /** Writes a few things of this night beside the tasks, each by itself, of those whose place among theirs does not matter. */
  async writeBeside(random: Random, plan: NightPlan): Promise<void> {
    for (let left = random.pick(WRITES_AT_ONCE); left > 0; left -= 1) {
      const next = this.#pending.find((write) => write.atMs <= plan.endAtMs && mayRace(write, plan));
      if (next === undefined) return;
      await this.#write([next]);
    }
  }

  async #write(due: readonly OmsWrite[]): Promise<void> {
    this.#pending = this.#pending.filter((write) => !due.includes(write));
    await writeDown(this.#pool, due);
  }
}

/** What is learnt of a booking that was sent by a snapshot decides whether its keys are held: that waits for the run's end. */
function mayRace({ learntOfSentAtMs }: OmsWrite, plan: NightPlan): boolean {
  return learntOfSentAtMs === null || learntOfSentAtMs > plan.freezeAtMs;
}
