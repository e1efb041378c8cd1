/** A TCP relay on loopback that can cut, stall and delay, for tests of what a bad network does. */
import { once } from 'node:events';
import net from 'node:net';

export const DIRECTIONS = ['to_server', 'to_client'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface ProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
  /** One way, in each direction; a round trip takes twice this. Order and throughput are kept. */
  readonly delayMs?: number;
}

export interface ByteLimit {
  readonly direction: Direction;
  /** From now on. */
  readonly count: number;
}

export interface Message {
  /** As its bytes stand in what a client sends, in one piece. */
  readonly text: string;
  /** From 1: which of them, counted from now on over all connections. */
  readonly nth: number;
  /** Whether the server gets it and answers, and only the answer is lost. */
  readonly isAnswered: boolean;
  /** Whether its connection is then cut, or held: nothing passes any more and nothing is closed. */
  readonly effect: 'cut' | 'hold';
}

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes relayed so far, over all connections. */
  bytesRelayed(direction: Direction): number;
  /** Resolves once that many have been relayed. */
  untilRelayed(direction: Direction, bytes: number): Promise<void>;
  /** Cuts every connection now; later ones pass. */
  cut(): void;
  /** Lets `count` bytes pass in that direction, and then cuts every connection, as they come, until healed. */
  cutAfterBytes(limit: ByteLimit): void;
  /** Cuts or holds the one connection on which that message is sent: before it, or in place of its answer. Once. */
  loseMessage(message: Message): void;
  /** Whether that has happened since it was last asked for. */
  hasLostMessage(): boolean;
  /** Lets nothing through any more, in either direction, and closes nothing. */
  stall(): void;
  /** Lets `count` bytes pass in that direction, then nothing; the other direction is left alone. */
  stallAfterBytes(limit: ByteLimit): void;
  /** Nothing is armed and nothing stalls any more, for connections made from now on. */
  heal(): void;
}

interface Armed {
  left: number;
  readonly then: 'cut' | 'stall';
}

interface Waiter {
  readonly direction: Direction;
  readonly bytes: number;
  readonly wake: () => void;
}

export async function startProxy({ target, delayMs = 0 }: ProxyOptions): Promise<Proxy> {
  const relayed = { to_server: 0, to_client: 0 };
  const armed = new Map<Direction, Armed>();
  const sockets = new Set<net.Socket>();
  let waiters: Waiter[] = [];
  let awaited: Message | null = null;
  let hasLostMessage = false;
  /** The connection whose next bytes are the answer that is lost, and what happens then. */
  let answering: { readonly socket: net.Socket; readonly effect: Message['effect'] } | null = null;

  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const arm = ({ direction, count }: ByteLimit, then: Armed['then']) => {
    armed.set(direction, { left: count, then });
    if (count === 0 && then === 'cut') cut();
  };
  const forward = (chunk: Buffer, direction: Direction, to: net.Socket) => {
    const limit = armed.get(direction);
    const passed = limit === undefined ? chunk : chunk.subarray(0, limit.left);
    if (limit !== undefined) limit.left -= passed.length;
    relayed[direction] += passed.length;
    const cutsNow = limit?.left === 0 && limit.then === 'cut';
    // What was to pass must have left before the connection is cut.
    if (!to.destroyed) to.write(passed, cutsNow ? cut : undefined);
    for (const waiter of waiters) if (relayed[waiter.direction] >= waiter.bytes) waiter.wake();
    waiters = waiters.filter((waiter) => relayed[waiter.direction] < waiter.bytes);
  };
  const lose = (from: net.Socket, to: net.Socket, effect: Message['effect']) => {
    [answering, hasLostMessage] = [null, true];
    for (const socket of [from, to]) {
      if (effect === 'cut') socket.resetAndDestroy();
      else socket.removeAllListeners('data');
    }
  };
  /** @returns whether the chunk is not to be relayed */
  const losesMessage = (chunk: Buffer, from: net.Socket, to: net.Socket): boolean => {
    if (answering?.socket === from) {
      lose(from, to, answering.effect);
      return true;
    }
    if (awaited === null || !chunk.includes(awaited.text)) return false;
    const { nth, isAnswered, effect } = awaited;
    awaited = nth > 1 ? { ...awaited, nth: nth - 1 } : null;
    if (nth > 1) return false;
    if (isAnswered) answering = { socket: to, effect };
    else lose(from, to, effect);
    return !isAnswered;
  };
  const relay = (from: net.Socket, to: net.Socket, direction: Direction) => {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      if (losesMessage(chunk, from, to)) return;
      if (delayMs === 0) forward(chunk, direction, to);
      else setTimeout(() => forward(chunk, direction, to), delayMs);
    });
    from.on('end', () => setTimeout(() => to.end(), delayMs));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      setTimeout(() => to.destroy(), delayMs);
    });
  };
  const listener = net.createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const server = net.connect({ host: target.host ?? '127.0.0.1', port: target.port, noDelay: true });
    relay(client, server, 'to_server');
    relay(server, client, 'to_client');
    if (armed.values().some(({ left, then }) => left === 0 && then === 'cut')) cut();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('proxy: no TCP address');
  return {
    port: address.port,
    bytesRelayed: (direction) => relayed[direction],
    untilRelayed(direction, bytes) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (relayed[direction] >= bytes) resolve();
      else waiters.push({ direction, bytes, wake: resolve });
      return promise;
    },
    cut,
    cutAfterBytes: (limit) => arm(limit, 'cut'),
    stall: () => {
      for (const direction of DIRECTIONS) arm({ direction, count: 0 }, 'stall');
    },
    stallAfterBytes: (limit) => arm(limit, 'stall'),
    loseMessage(message) {
      [awaited, answering, hasLostMessage] = [message, null, false];
    },
    hasLostMessage: () => hasLostMessage,
    heal: () => {
      armed.clear();
      [awaited, answering] = [null, null];
    },
    async [Symbol.asyncDispose]() {
      const closed = once(listener, 'close');
      listener.close();
      cut();
      await closed;
    },
  };
}
