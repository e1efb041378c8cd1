import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { FAILING } from '../campaign/shapes.ts';
import type { Fault } from '../campaign/world.ts';
import type { Misbehaviour } from '../cluster/receiver.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';

const WAYS: readonly Misbehaviour[] = ['breaks_off', 'fails', 'is_busy'];
const REACHED_WITHIN_MS = 8_000;
const LOOK_AGAIN_MS = 50;

/** Lets the receiver of alerts fail, refuse for now, or take messages and break off before it answers. */
export const receiver: Fault = {
  name: 'receiver',
  weight: 5,
  async inject({ receiver: service, load, pool }, random) {
    const how = random.pick(WAYS);
    const times = random.integer(1, 3);
    service.misbehave(how, times);
    await load.trigger(FAILING);
    const giveUpAt = performance.now() + REACHED_WITHIN_MS;
    while (service.isMisbehaving && performance.now() < giveUpAt) await pause(LOOK_AGAIN_MS);
    service.behave();
    await skipWaits(pool);
    return `${how} ${times} times`;
  },
};

/** Lets the minutes pass after which a message that was not taken is tried again, and those that wait behind it on its channel. */
export async function skipWaits(pool: Pool): Promise<void> {
  await retryDuringOutage(() =>
    pool.query(
      `update stockflow.alert_delivery set next_attempt_at = now()
        where state = 'pending' and next_attempt_at > now() + interval '20 s'`,
    ),
  );
}
