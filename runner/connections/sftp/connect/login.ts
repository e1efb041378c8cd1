/** Chooses the login methods and their order: those that the server still offers, each secret once. */
import type { AnyAuthMethod, AuthHandlerMiddleware, Prompt } from 'ssh2';
import type { SftpCredentials } from './credentials.ts';

type LoginMethod = 'publickey' | 'password' | 'keyboard-interactive';

/**
 * The order of methods. The key comes first: if a password is sent where a key is needed, that counts as a failure, and
 * failures lock accounts.
 */
const ORDER: readonly LoginMethod[] = ['publickey', 'password', 'keyboard-interactive'];

/**
 * Logs in as OpenSSH's client does: asks which methods the server accepts, then uses those that it still requires. A
 * refused secret is not sent again by any method; an accepted one may be requested a second time.
 */
export class Login {
  readonly #user: string;
  readonly #credentials: SftpCredentials;
  readonly #tried = new Set<LoginMethod>();
  #offered: readonly string[] = [];
  #questions: readonly string[] = [];
  #last: LoginMethod | null = null;
  #isPasswordRefused = false;
  /** True once the password was given to a question; there may be several rounds of questions. */
  #isPasswordGiven = false;

  constructor(user: string, credentials: SftpCredentials) {
    this.#user = user;
    this.#credentials = credentials;
  }

  /** Chooses the next method; ssh2 calls it before the first try (`left` is null then) and after each refusal. */
  readonly next: AuthHandlerMiddleware = (left, partialSuccess, callback) => {
    // ssh2's types lack the value `false`, which means that nothing is left to try.
    const answer = callback as (method: AnyAuthMethod | false) => void;
    if ((left as readonly string[] | null) === null) return answer({ type: 'none', username: this.#user });
    this.#offered = left;
    if (!partialSuccess && (this.#last === 'password' || this.#last === 'keyboard-interactive')) {
      this.#isPasswordRefused = true;
    }
    const way = ORDER.find((each) => this.#offered.includes(each) && this.#canUse(each));
    this.#last = way ?? null;
    if (way === undefined) return answer(false);
    this.#tried.add(way);
    answer(this.#methodOf(way));
  };

  /** Describes a refusal: the methods that the server accepts, and its questions that could not be answered. */
  describe(): string {
    const offered = this.#offered.length === 0 ? 'nothing' : this.#offered.join(', ');
    const tried =
      this.#tried.size === 0 ? 'nothing that we have fits' : `tried: ${[...this.#tried].join(', ')}`;
    const asked = this.#questions.map((question) => JSON.stringify(question)).join(', ');
    return `it takes ${offered}; ${tried}${asked === '' ? '' : `; it asked ${asked}, which no secret of ours answers`}`;
  }

  #canUse(way: LoginMethod): boolean {
    if (this.#tried.has(way)) return false;
    const { password, privateKey } = this.#credentials;
    return way === 'publickey' ? privateKey !== null : password !== null && !this.#isPasswordRefused;
  }

  #methodOf(way: LoginMethod): AnyAuthMethod {
    const username = this.#user;
    const { password, privateKey, passphrase } = this.#credentials;
    switch (way) {
      case 'publickey':
        return {
          type: way,
          username,
          key: privateKey?.reveal() ?? '',
          ...(passphrase === null ? {} : { passphrase: passphrase.reveal() }),
        };
      case 'password':
        return { type: way, username, password: password?.reveal() ?? '' };
      case 'keyboard-interactive':
        return {
          type: way,
          username,
          prompt: (_name, _instructions, _language, prompts, finish) => finish(this.#answers(prompts)),
        };
    }
  }

  /**
   * Answers questions: the password goes to one question that hides its input; every other question gets an empty
   * answer.
   */
  #answers(prompts: readonly Prompt[]): string[] {
    return prompts.map(({ prompt, echo }) => {
      if (echo !== true && !this.#isPasswordGiven) {
        this.#isPasswordGiven = true;
        return this.#credentials.password?.reveal() ?? '';
      }
      this.#questions = [...this.#questions, prompt.trim()];
      return '';
    });
  }
}
