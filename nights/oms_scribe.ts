import type { Pool } from 'pg';
import type { Happening } from './happening.ts';
import type { NightPlan } from './night_plan.ts';
import { type OmsWrite, writesOf } from './oms_writes.ts';

/** Writes down in the OMS what happens, as its instants come; what lies further ahead waits. */
export class OmsScribe {
  readonly #pool: Pool;
  #pending: readonly OmsWrite[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  expect(happenings: readonly Happening[]): void {
    this.#pending = [...this.#pending, ...writesOf(happenings)].toSorted(
      (one, other) => one.atMs - other.atMs,
    );
  }

  async writeUntil(atMs: number): Promise<void> {
    await this.#write(this.#pending.filter((write) => write.atMs <= atMs));
  }

  /** Writes one thing of this night beside the tasks, where there is one whose place among theirs does not matter. */
  async writeBeside(plan: NightPlan): Promise<void> {
    const next = this.#pending.find((write) => write.atMs <= plan.endAtMs && mayRace(write, plan));
    if (next !== undefined) await this.#write([next]);
  }

  async #write(due: readonly OmsWrite[]): Promise<void> {
    this.#pending = this.#pending.filter((write) => !due.includes(write));
    for (const write of due) await write.apply(this.#pool);
  }
}

/** What is learnt of a booking that was sent by a snapshot decides whether its keys are held: that waits for the run's end. */
function mayRace({ learntOfSentAtMs }: OmsWrite, plan: NightPlan): boolean {
  return learntOfSentAtMs === null || learntOfSentAtMs > plan.freezeAtMs;
}
