/**
 * Recomputes the chain of seals from the present events. It relies on no function, trigger or constraint of the
 * database, and reads only the audit views, so that an auditor may run it.
 */
import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { EVENT_SHA256, NO_HASH, SEAL_HASH } from './seal.ts';

export interface SealProblem {
  readonly sealId: number | null;
  readonly eventId: number | null;
  /** The mismatch as a sentence. */
  readonly what: string;
}

export interface Head {
  readonly sealId: number;
  readonly hash: string;
  readonly sealedAt: Temporal.Instant;
}

export interface SealCheck {
  readonly seals: number;
  readonly sealedEvents: number;
  /** The number of events recorded since the last seal, or in a transaction that ended after it. */
  readonly unsealedEvents: number;
  /** The newest seal; null if there is none. */
  readonly head: Head | null;
  /** The seal with the given hash; null if there is none, or if no hash was given. */
  readonly noted: Head | null;
  /** The first problems; `problemCount` is the number of all. */
  readonly problems: readonly SealProblem[];
  readonly problemCount: number;
}

/** The number of seals that are held in memory at once, with their events. */
const SEALS_PER_PAGE = 20;
const PROBLEMS_KEPT = 1_000;

/** Checks all seals. @param notedHash the hash of a seal that was noted elsewhere, to be looked up among the seals */
export async function checkSeals(pool: Pool, notedHash: string | null): Promise<SealCheck> {
  // One snapshot of the database for the whole check; seals that are added during it are not checked.
  return await withTransaction(pool, (tx) => check(tx, notedHash), { isolation: 'repeatable read' });
}

async function check(tx: PoolClient, notedHash: string | null): Promise<SealCheck> {
  const problems: SealProblem[] = [];
  let problemCount = 0;
  const report = (found: readonly SealProblem[]) => {
    problemCount += found.length;
    problems.push(...found.slice(0, PROBLEMS_KEPT - problems.length));
  };
  let previous: SealRow | null = null;
  let noted: Head | null = null;
  let seals = 0;
  let sealedEvents = 0;
  for (;;) {
    const page: readonly SealRow[] = await readPage(tx, previous?.sealId ?? 0);
    const [first] = page;
    const last = page.at(-1);
    if (first === undefined || last === undefined) break;
    for (const seal of page) {
      report(problemsOfSeal(seal, previous));
      if (seal.hash === notedHash) noted = seal;
      sealedEvents += seal.events;
      previous = seal;
    }
    seals += page.length;
    report(await problemsOfEvents(tx, first.sealId, last.sealId));
  }
  const { unsealed, inserted, insertedCount } = await readUnsealed(tx);
  report(inserted);
  problemCount += insertedCount - inserted.length;
  if (notedHash !== null && noted === null) {
    report([
      {
        sealId: null,
        eventId: null,
        what: `no seal has the hash ${notedHash}: seals were changed or removed`,
      },
    ]);
  }
  const head = previous === null ? null : headOf(previous);
  return {
    seals,
    sealedEvents,
    unsealedEvents: unsealed,
    head,
    noted: noted === null ? null : headOf(noted),
    problems,
    problemCount,
  };
}

/** Returns the newest seal; null if there is none. */
export async function newestSeal(db: PoolClient): Promise<Head | null> {
  const { rows } = await db.query<Head>(
    `select seal_id as "sealId", hash, sealed_at as "sealedAt" from audit.event_seal order by seal_id desc limit 1`,
  );
  return rows[0] ?? null;
}

interface SealRow extends Head {
  readonly events: number;
  readonly previousHash: string;
  readonly foundHash: string;
}

function headOf({ sealId, hash, sealedAt }: Head): Head {
  return { sealId, hash, sealedAt };
}

async function readPage(tx: PoolClient, afterSealId: number): Promise<readonly SealRow[]> {
  const { rows } = await tx.query<SealRow>(
    `select s.seal_id as "sealId", s.sealed_at as "sealedAt", s.events, s.previous_hash as "previousHash", s.hash,
            ${SEAL_HASH} as "foundHash"
       from audit.event_seal s
      where s.seal_id > $1
      order by s.seal_id
      limit ${SEALS_PER_PAGE}`,
    [afterSealId],
  );
  return rows;
}

function problemsOfSeal(seal: SealRow, previous: SealRow | null): readonly SealProblem[] {
  const { sealId, hash, foundHash, previousHash } = seal;
  const problems: SealProblem[] = [];
  const add = (what: string) => problems.push({ sealId, eventId: null, what });
  const expectedId = (previous?.sealId ?? 0) + 1;
  if (sealId !== expectedId) {
    const missing = sealId - 1 === expectedId ? `seal ${expectedId}` : `seals ${expectedId} to ${sealId - 1}`;
    add(`${missing} before it: deleted`);
  } else if (previousHash !== (previous?.hash ?? NO_HASH)) {
    add(
      previous === null
        ? `it is the first and names a seal before it: seals were deleted`
        : `it was made after a seal ${previous.sealId} with the hash ${previousHash}, not ${previous.hash}: replaced`,
    );
  }
  if (foundHash !== hash) add(`its content gives the hash ${foundHash}, not ${hash}: edited`);
  return problems;
}

/** Compares each event of these seals with the sha256 that was sealed. */
async function problemsOfEvents(
  tx: PoolClient,
  fromSealId: number,
  toSealId: number,
): Promise<readonly SealProblem[]> {
  const { rows } = await tx.query<SealProblem>(
    `select m.seal_id as "sealId", m.event_id as "eventId",
            case when e.event_id is null then 'it was sealed and is not there: deleted'
                 else 'its content gives the sha256 ' || encode(${EVENT_SHA256}, 'hex') || ', not '
                      || coalesce(encode(m.sha256, 'hex'), 'any') || ': edited' end as what
       from (select s.seal_id, listed.*
               from audit.event_seal s, unnest(s.event_ids, s.event_sha256) as listed(event_id, sha256)
              where s.seal_id between $1 and $2) m
       left join audit.event e on e.event_id = m.event_id
      where e.event_id is null or m.sha256 is distinct from ${EVENT_SHA256}
     union all
     select m.seal_id, m.event_id,
            'it has the id of an older event, and came after seal ' || coalesce(o.seal_id, m.seal_id - 1) || ': inserted'
       from (select s.seal_id, p.closed_event_id, p.highest_event_id, unnest(s.event_ids) as event_id
               from audit.event_seal s join audit.event_seal p on p.seal_id = s.seal_id - 1
              where s.seal_id between $1 and $2) m
       join audit.event e on e.event_id = m.event_id
       left join lateral (${OLDER_SEAL} and o.seal_id < m.seal_id order by o.seal_id limit 1) o on true
      where m.event_id <= m.highest_event_id and (m.event_id <= m.closed_event_id or o.seal_id is not null)
      order by 1, 2`,
    [fromSealId, toSealId],
  );
  return rows;
}

/** SQL for a seal that could see every event with such an id and was made before the transaction of event `e` began. */
const OLDER_SEAL = `select o.seal_id from audit.event_seal o
  where o.highest_event_id >= e.event_id and o.transaction_id < e.transaction_id`;

interface Unsealed {
  readonly unsealed: number;
  readonly inserted: readonly SealProblem[];
  readonly insertedCount: number;
}

/** Reads the events without a seal: those that the next seal takes, and those that no seal will ever take. */
async function readUnsealed(tx: PoolClient): Promise<Unsealed> {
  const { rows } = await tx.query<{ unsealed: number; inserted: readonly number[] | null; count: number }>(
    `with last as materialized (
       select closed_event_id from audit.event_seal order by seal_id desc limit 1
     ), sealed as (
       select unnest(event_ids) as event_id from audit.event_seal
     ), unsealed as (
       select e.event_id,
              e.event_id <= coalesce((select closed_event_id from last), 0) or exists (${OLDER_SEAL}) as is_inserted
         from audit.event e
        where not exists (select from sealed where sealed.event_id = e.event_id)
     )
     select count(*) filter (where not is_inserted) as unsealed, count(*) filter (where is_inserted) as count,
            (select array_agg(f.event_id order by f.event_id)
               from (select event_id from unsealed where is_inserted order by event_id limit ${PROBLEMS_KEPT}) f) as inserted
       from unsealed`,
  );
  const { unsealed = 0, inserted = [], count = 0 } = rows[0] ?? {};
  return {
    unsealed,
    insertedCount: count,
    inserted: (inserted ?? []).map((eventId) => ({
      sealId: null,
      eventId,
      what: 'it is in no seal, and every id up to its own was sealed before it came: inserted',
    })),
  };
}
