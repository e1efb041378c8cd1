/** Checks passwords, a bounded number at once and in a time. */
import { networkOf } from '../request/addresses.ts';
import type { User, Users } from '../users/file.ts';
import { isPassword, PASSWORD_MAX_LENGTH } from '../users/password.ts';
import { AttemptLimiter } from './limiter.ts';

export interface Attempt {
  /** A name of bounded length, as it is kept for a while. */
  readonly name: string;
  readonly password: string;
  /** The address of the person. */
  readonly address: string;
}

export type AttemptResult =
  | { readonly kind: 'ok'; readonly user: User & { readonly passwordHash: string } }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number };

/** Some typing errors at once, then one a minute: 1,440 guesses a day. */
const PER_NAME = { burst: 6, refillMs: 60_000, maxKeys: 10_000 };
/** The people of an office come from one address. */
const PER_NETWORK = { burst: 20, refillMs: 10_000, maxKeys: 10_000 };
/** Hashing takes 32 MiB and a thread each time. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 20;
const CROWDED_RETRY_MS = 5_000;

export class LoginAttempts {
  readonly #byName = new AttemptLimiter(PER_NAME);
  readonly #byNetwork = new AttemptLimiter(PER_NETWORK);
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** An attempt that succeeds does not count. */
  async check({ name, password, address }: Attempt, users: Users, nowMs: number): Promise<AttemptResult> {
    const network = networkOf(address);
    const nameKey = name.toLowerCase();
    const retryAfterMs = this.#byNetwork.take(network, nowMs) || this.#byName.take(nameKey, nowMs);
    if (retryAfterMs > 0) return { kind: 'limited', retryAfterMs };
    if (this.#waiting.length >= MAX_WAITING) return { kind: 'limited', retryAfterMs: CROWDED_RETRY_MS };
    const user = users.get(name);
    const passwordHash = user?.passwordHash ?? null;
    // The time tells nobody which names there are.
    const compared = passwordHash ?? decoyOf(users);
    const isRight = await this.#inTurn(() =>
      isPassword(password.slice(0, PASSWORD_MAX_LENGTH + 1), compared),
    );
    if (!isRight || user === undefined || passwordHash === null) return { kind: 'wrong' };
    this.#byName.giveBack(nameKey);
    this.#byNetwork.giveBack(network);
    return { kind: 'ok', user: { ...user, passwordHash } };
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // The next one takes over this one's place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** Returns the hash of anybody, which costs what the others cost; nobody logs in with it. */
function decoyOf(users: Users): string {
  for (const { passwordHash } of users.values()) if (passwordHash !== null) return passwordHash;
  return '';
}
