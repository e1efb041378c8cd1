import { EventEmitter, errorMonitor } from 'node:events';
import type { Attributes } from '@opentelemetry/api';
import type { Pool, PoolClient } from 'pg';
import { connectionFromEnv, type Environment } from '../../connections/connection_config.ts';
import { errorCode } from '../../connections/postgres/errors.ts';
import { summariseStatement } from '../../core/feed/statement_summary.ts';
import type { Spans } from './spans.ts';

/** Returns the pool with a span for each statement that is sent through it or its clients. Values are in no span. */
export function tracedPool(
  trace: Spans,
  pool: Pool,
  { connection, env }: { readonly connection: string; readonly env: Environment },
): Pool {
  const about = databaseAttributes(connection, env);
  return withMethods(pool, {
    query: (args) => tracedQuery(trace, about, { target: pool, args }),
    connect: (args) => {
      const connected: unknown = Reflect.apply(pool.connect, pool, args);
      if (!(connected instanceof Promise)) return connected;
      return connected.then((client: PoolClient) =>
        withMethods(client, { query: (own) => tracedQuery(trace, about, { target: client, args: own }) }),
      );
    },
  });
}

type Methods = Readonly<Record<string, (args: unknown[]) => unknown>>;

/** Returns the object with these methods instead of its own. The others run on the object itself. */
function withMethods<T extends object>(object: T, methods: Methods): T {
  return new Proxy(object, {
    get(target, key) {
      const own = typeof key === 'string' ? methods[key] : undefined;
      if (own !== undefined) return (...args: unknown[]) => own(args);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}

function tracedQuery(
  trace: Spans,
  about: Attributes,
  { target, args }: { readonly target: Pool | PoolClient; readonly args: unknown[] },
): unknown {
  const send = () => Reflect.apply(target.query, target, args);
  // A callback belongs to a library that traces itself, or to nobody.
  if (typeof args.at(-1) === 'function') return send();
  const { operation, summary } = summariseStatement(textOf(args[0]));
  const span = trace.start(summary, {
    ...about,
    'db.operation.name': operation,
    'db.query.summary': summary,
  });
  const fail = (error: unknown) => {
    const code = errorCode(error);
    if (code !== undefined) span.set({ 'db.response.status_code': code });
    span.fail(error);
  };
  try {
    const sent: unknown = send();
    if (sent instanceof Promise) {
      sent.then((result: unknown) => {
        span.set(resultAttributes(result));
        span.end();
      }, fail);
    } else if (sent instanceof EventEmitter) {
      // A stream of rows, as COPY and cursors have: its errors stay its owner's.
      sent.once(errorMonitor, fail);
      for (const event of ['finish', 'end', 'close']) sent.once(event, () => span.end());
    } else span.end();
    return sent;
  } catch (error) {
    fail(error);
    throw error;
  }
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  if (typeof statement !== 'object' || statement === null || !('text' in statement)) return '';
  return typeof statement.text === 'string' ? statement.text : '';
}

function resultAttributes(result: unknown): Attributes {
  if (typeof result !== 'object' || result === null) return {};
  const rows = 'rows' in result && Array.isArray(result.rows) ? result.rows.length : null;
  const rowCount = 'rowCount' in result && typeof result.rowCount === 'number' ? result.rowCount : null;
  return {
    ...(rows === null ? {} : { 'db.response.returned_rows': rows }),
    ...(rowCount === null ? {} : { 'stockflow.rows': rowCount }),
  };
}

function databaseAttributes(connection: string, env: Environment): Attributes {
  const config = connectionFromEnv(connection, env);
  const known = { 'db.system.name': 'postgresql', 'stockflow.connection': connection };
  if (config.kind !== 'postgres') return known;
  // The display has no secret in it.
  const url = URL.parse(config.display);
  if (url === null) return known;
  return {
    ...known,
    'db.namespace': url.pathname.replace(/^\//, ''),
    ...(url.hostname === ''
      ? {}
      : { 'server.address': url.hostname, 'server.port': Number(url.port || 5432) }),
  };
}
