import type { ClientBase, Pool } from 'pg';

/** Anything a statement can be sent to: a pool, or the client of an open transaction. */
export type Queryable = Pick<Pool, 'query'> | Pick<ClientBase, 'query'>;
