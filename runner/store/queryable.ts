import type { ClientBase, Pool } from 'pg';

/** Anything that runs statements: a pool, or the client of an open transaction. */
export type Queryable = Pick<Pool, 'query'> | Pick<ClientBase, 'query'>;
