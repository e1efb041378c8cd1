import { createHash, timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext, type ParsedKey } from 'ssh2';

export type LoginMethod = 'publickey' | 'password' | 'keyboard-interactive';

/** The user who may log in, with at least one of `password` and `publicKey`. */
export interface Login {
  readonly user: string;
  readonly password?: string;
  /** The key as a line of `authorized_keys`. */
  readonly publicKey?: string;
  /**
   * Accepted combinations, as in sshd's AuthenticationMethods: the methods of one list must all pass, in order. By
   * default each of the given secrets suffices.
   */
  readonly methods?: readonly (readonly LoginMethod[])[];
  /** The prompts of `keyboard-interactive`, without echo; the first answer is the password. */
  readonly questions?: readonly string[];
  /** The user's concurrent sessions; unlimited by default. */
  readonly maxSessions?: number;
  /** Called for each authentication attempt. */
  readonly onTry?: (method: LoginMethod, passed: boolean) => void;
}

/** Authenticates the connections of a server; each connection has its own state. */
export class LoginDesk {
  readonly #login: Login;
  readonly #key: ParsedKey | null;
  readonly #ways: readonly (readonly LoginMethod[])[];
  #sessions = 0;

  /** @throws Error if neither secret is given, or the key cannot be parsed */
  constructor(login: Login) {
    const { password, publicKey } = login;
    if (password === undefined && publicKey === undefined) {
      throw new Error('sftp server: a password or a public key is needed');
    }
    const key = publicKey === undefined ? null : ssh2.utils.parseKey(publicKey);
    if (key instanceof Error) throw new Error('sftp server: the public key cannot be read', { cause: key });
    this.#login = login;
    this.#key = key;
    this.#ways = login.methods ?? [
      ...(key === null ? [] : [['publickey'] as const]),
      ...(password === undefined ? [] : [['password'] as const]),
    ];
  }

  /** Returns the authentication of one connection. Call `close` when the connection ends. */
  open(): { readonly answer: (attempt: AuthContext) => void; readonly close: () => void } {
    const passed: LoginMethod[] = [];
    let isLoggedIn = false;
    const decide = (attempt: AuthContext, method: LoginMethod, fits: boolean) => {
      this.#login.onTry?.(method, fits);
      if (!fits) return attempt.reject(this.#left(passed));
      passed.push(method);
      if (!this.#ways.some((way) => way.length === passed.length && startsWith(way, passed))) {
        return attempt.reject(this.#left(passed), true);
      }
      if (this.#sessions >= (this.#login.maxSessions ?? Number.POSITIVE_INFINITY)) {
        passed.length = 0;
        return attempt.reject(this.#left(passed));
      }
      isLoggedIn = true;
      this.#sessions += 1;
      attempt.accept();
    };
    return {
      answer: (attempt) => {
        const isKnown = sameText(attempt.username, this.#login.user);
        const { method } = attempt;
        if (!this.#left(passed).some((left) => left === method)) return attempt.reject(this.#left(passed));
        switch (method) {
          case 'password':
            return decide(attempt, method, isKnown && this.#isPassword(attempt.password));
          case 'publickey':
            // The client first asks whether the key is accepted; the signature follows.
            if (attempt.signature === undefined && isKnown && this.#isKey(attempt.key.data))
              return attempt.accept();
            return decide(attempt, method, isKnown && this.#isProof(attempt));
          case 'keyboard-interactive': {
            const prompts = (this.#login.questions ?? ['Password: ']).map((prompt) => ({
              prompt,
              echo: false,
            }));
            return attempt.prompt(prompts, (answers) => {
              const [first = '', ...others] = answers instanceof Error ? [] : answers;
              decide(
                attempt,
                method,
                isKnown && this.#isPassword(first) && others.every((text) => text !== ''),
              );
            });
          }
          default:
            return attempt.reject(this.#left(passed));
        }
      },
      close: () => {
        if (isLoggedIn) this.#sessions -= 1;
        isLoggedIn = false;
      },
    };
  }

  /** Returns the methods that may follow. */
  #left(passed: readonly LoginMethod[]): LoginMethod[] {
    const next = this.#ways.filter((way) => startsWith(way, passed)).map((way) => way[passed.length]);
    return [...new Set(next)].filter((method) => method !== undefined);
  }

  #isPassword(given: string): boolean {
    return this.#login.password !== undefined && sameText(given, this.#login.password);
  }

  #isKey(data: Buffer): boolean {
    return this.#key?.getPublicSSH().equals(data) === true;
  }

  #isProof(attempt: Extract<AuthContext, { method: 'publickey' }>): boolean {
    const { key, signature, blob, hashAlgo } = attempt;
    if (this.#key === null || !this.#isKey(key.data) || signature === undefined || blob === undefined)
      return false;
    return this.#key.verify(blob, signature, hashAlgo) === true;
  }
}

function startsWith(way: readonly LoginMethod[], passed: readonly LoginMethod[]): boolean {
  return passed.every((method, index) => way[index] === method);
}

function sameText(given: string, expected: string): boolean {
  const [left, right] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
