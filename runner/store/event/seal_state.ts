import type { Queryable } from '../queryable.ts';

export interface SealState {
  /** The newest seal; null while nothing was sealed. */
  readonly seal: {
    readonly sealId: number;
    readonly sealedAt: Temporal.Instant;
    readonly hash: string;
    readonly highestEventId: number;
  } | null;
  /** The number of events since, at most `AT_MOST`. */
  readonly unsealed: number;
  /** The instant of the oldest of them. */
  readonly unsealedSince: Temporal.Instant | null;
}

/** The most events that are counted: more is a sealing that stands still, and counting them would take long. */
const AT_MOST = 10_000;

/** Returns the newest seal, and the events above the highest id that was sealed. */
export async function sealState(db: Queryable): Promise<SealState> {
  const seals = await db.query<NonNullable<SealState['seal']>>(
    `select seal_id as "sealId", sealed_at as "sealedAt", hash, highest_event_id as "highestEventId"
       from audit.event_seal order by seal_id desc limit 1`,
  );
  const seal = seals.rows[0] ?? null;
  const { rows } = await db.query<Pick<SealState, 'unsealed' | 'unsealedSince'>>(
    `select count(*)::integer as unsealed, min(at) as "unsealedSince"
       from (select at from audit.event where event_id > $1 order by event_id limit $2) as open`,
    [seal?.highestEventId ?? 0, AT_MOST],
  );
  return { seal, unsealed: rows[0]?.unsealed ?? 0, unsealedSince: rows[0]?.unsealedSince ?? null };
}
