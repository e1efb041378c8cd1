/** Slots of bounded pools that are kept for work which goes on although its task is over. */
/** How long a slot is kept at most for work that does not heed its signal: then its pool has waited long enough. */
const HELD_AT_MOST = "interval '15 minutes'";

/**
 * A statement part that keeps the slots of running instances which are about to be ended by someone else than their worker. Its
 * `before` has task_instance_id, state, attempt_token, pool, pool_slots and worker_id as they were.
 */
export const HOLD_SLOTS = `held as (
       insert into stockflow.held_slot (task_instance_id, attempt_token, pool, pool_slots, worker_id, held_until)
       select task_instance_id, attempt_token, pool, pool_slots, worker_id, now() + ${HELD_AT_MOST}
         from before
        where state = 'running' and pool <> 'default' and worker_id is not null
       on conflict do nothing)`;

/** The slots that are kept still; one whose worker is gone is free. */
export const HELD_SLOTS = `(
       select h.* from stockflow.held_slot h join stockflow.worker w using (worker_id)
        where h.held_until > now() and w.lost_at is null and w.stopped_at is null)`;
