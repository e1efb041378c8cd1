/** Keeps slots of bounded pools for work that continues after its task has ended. */
/** The longest time that a slot is kept for work that ignores its abort signal. */
const HELD_AT_MOST = "interval '15 minutes'";

/**
 * SQL that keeps the slots of running instances which are about to be ended by someone other than their worker. Its
 * `before` has task_instance_id, state, attempt_token, pool, pool_slots and worker_id from before the change.
 */
export const HOLD_SLOTS = `held as (
       insert into stockflow.held_slot (task_instance_id, attempt_token, pool, pool_slots, worker_id, held_until)
       select task_instance_id, attempt_token, pool, pool_slots, worker_id, now() + ${HELD_AT_MOST}
         from before
        where state = 'running' and pool <> 'default' and worker_id is not null
       on conflict do nothing)`;

/** SQL for the slots that are still kept. A slot whose worker is gone is free. */
export const HELD_SLOTS = `(
       select h.* from stockflow.held_slot h join stockflow.worker w using (worker_id)
        where h.held_until > now() and w.lost_at is null and w.stopped_at is null)`;
