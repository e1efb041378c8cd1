import type { PoolClient } from 'pg';

/**
 * Returns the client with every statement on the schema `oms` turned to the session's temporary tables of the same names, so that
 * a night in shadow runs the very statements of a night that applies.
 */
export function mirrorClient(client: PoolClient): PoolClient {
  return new Proxy(client, {
    get(target, name) {
      if (name === 'query') {
        return (query: unknown, ...rest: readonly unknown[]): unknown =>
          Reflect.apply(target.query, target, [inMirror(query), ...rest]);
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Leaves a stream as it is: those of the sync copy into working tables, which are temporary already. */
function inMirror(query: unknown): unknown {
  return typeof query === 'string' ? query.replaceAll(/\boms\./g, 'pg_temp.') : query;
}
