/** A TCP relay on loopback that can cut, stall and delay, for tests of what a bad network does. */
import { once } from 'node:events';
import net from 'node:net';

export type Direction = 'to_server' | 'to_client';

export interface ProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
  /** One way, in each direction; a round trip takes twice this. Order and throughput are kept. */
  readonly delayMs?: number;
}

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes relayed so far, over all connections. */
  bytesRelayed(direction: Direction): number;
  /** From now on, cuts every connection once `count` further bytes have passed in that direction; later ones too. */
  cutAfterBytes(cut: { readonly direction: Direction; readonly count: number }): void;
  /** Cuts every connection now; later ones pass. */
  cut(): void;
  /** Lets nothing through any more, in either direction, and closes nothing. */
  stall(): void;
  /** No cut is armed and nothing stalls any more, for connections made from now on. */
  heal(): void;
}

export async function startProxy({ target, delayMs = 0 }: ProxyOptions): Promise<Proxy> {
  const relayed = { to_server: 0, to_client: 0 };
  const pairs = new Set<readonly [net.Socket, net.Socket]>();
  let stalled = false;
  let armed: { readonly direction: Direction; left: number } | null = null;

  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };
  const forward = (chunk: Buffer, direction: Direction, to: net.Socket) => {
    if (stalled || to.destroyed) return;
    const limit = armed?.direction === direction ? armed : null;
    const passed = limit === null ? chunk : chunk.subarray(0, limit.left);
    relayed[direction] += passed.length;
    if (limit !== null) limit.left -= passed.length;
    if (limit?.left !== 0) to.write(passed);
    // What was to pass must reach the other side before the end does.
    else to.write(passed, cut);
  };
  const relay = (from: net.Socket, to: net.Socket, direction: Direction) => {
    from.on('data', (chunk: Buffer) => {
      if (delayMs === 0) forward(chunk, direction, to);
      else setTimeout(() => forward(chunk, direction, to), delayMs);
    });
    from.on('end', () => setTimeout(() => to.end(), delayMs));
    from.on('error', () => to.destroy());
    from.on('close', () => setTimeout(() => to.destroy(), delayMs));
  };
  const listener = net.createServer({ noDelay: true }, (client) => {
    const server = net.connect({ host: target.host ?? '127.0.0.1', port: target.port, noDelay: true });
    const pair = [client, server] as const;
    pairs.add(pair);
    client.once('close', () => pairs.delete(pair));
    relay(client, server, 'to_server');
    relay(server, client, 'to_client');
    if (armed?.left === 0) cut();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('proxy: no TCP address');
  return {
    port: address.port,
    bytesRelayed: (direction) => relayed[direction],
    cutAfterBytes({ direction, count }) {
      armed = { direction, left: count };
      if (count === 0) cut();
    },
    cut,
    stall() {
      stalled = true;
    },
    heal() {
      stalled = false;
      armed = null;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(listener, 'close');
      listener.close();
      cut();
      await closed;
    },
  };
}
