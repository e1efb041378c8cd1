import type { Pool } from 'pg';

const nameOf = (statement: unknown): string => {
  if (typeof statement === 'string') return statement;
  if (typeof statement !== 'object' || statement === null) return '?';
  const { name, text } = Object.assign({ name: undefined, text: undefined }, statement);
  return String(name ?? text);
};

/** The statements of each transaction of the pool that ends attempts, in order, from now on. */
export function settlingTransactions(pool: Pool): string[][] {
  const settling: string[][] = [];
  const watched = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const query = client.query.bind(client);
    let open: string[] = [];
    const record = (...args: Parameters<typeof query>) => {
      const name = nameOf(args[0]);
      if (/^begin/i.test(name)) open = [];
      open.push(name);
      if (/^commit/i.test(name) && open.includes('stockflow.settle')) settling.push(open);
      return query(...args);
    };
    Object.defineProperty(client, 'query', { configurable: true, value: record });
  });
  return settling;
}
