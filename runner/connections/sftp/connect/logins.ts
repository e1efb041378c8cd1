import type { SftpConfig } from '../../connection_config.ts';

const REMEMBERED_MS = 10 * 60_000;
/**
 * The number of refusals in a row after which the login itself counts as wrong: further tries could lock the account.
 */
const REFUSALS = 3;

interface Granted {
  readonly atMs: number;
  refusals: number;
}

/** Remembers when this process last logged in to each server, to distinguish a limit on sessions from a wrong login. */
class Logins {
  readonly #granted = new Map<string, Granted>();

  granted(config: SftpConfig): void {
    this.#granted.set(keyOf(config), { atMs: performance.now(), refusals: 0 });
  }

  /**
   * Records a refusal, and returns how many ms ago the same login was granted; null if that is too long ago, or refused
   * too often since.
   */
  refused(config: SftpConfig): number | null {
    const last = this.#granted.get(keyOf(config));
    if (last === undefined) return null;
    const agoMs = performance.now() - last.atMs;
    last.refusals += 1;
    return agoMs <= REMEMBERED_MS && last.refusals <= REFUSALS ? agoMs : null;
  }
}

export const LOGINS = new Logins();

/** Returns the key of a login. Another secret, or another source of it, is another login. */
function keyOf({ host, port, user, password, passwordFile, privateKeyFile }: SftpConfig): string {
  return JSON.stringify([host, port, user, password?.reveal() ?? null, passwordFile, privateKeyFile]);
}
