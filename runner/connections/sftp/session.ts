import type { Socket } from 'node:net';
import type { SFTPWrapper } from 'ssh2';
import type SftpClient from 'ssh2-sftp-client';
import type { JsonObject } from '../../core/value/json.ts';
import type { SftpConfig } from '../connection_config.ts';
import type { ConnectionError, ConnectionErrorKind } from '../connection_error.ts';
import { IdleWatchdog } from './connect/watchdog.ts';
import { failure, refusalByServer, type Step, saysUnsupported, statusCode } from './failure.ts';
import { ReadSize } from './read/request_size.ts';

export interface ConnectionLog {
  debug(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
}

/** Passes a request to ssh2; `done` receives its answer. */
export type Send<T> = (sftp: SFTPWrapper, done: (error: Error | null | undefined, value: T) => void) => void;

export interface SessionParts {
  readonly config: SftpConfig;
  readonly client: SftpClient;
  readonly sftp: SFTPWrapper;
  readonly socket: Socket;
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
  readonly idleMs: number;
}

/** The time in ms for cleanup after the caller has aborted, and for closing the connection. */
const CLEANUP_LIMIT_MS = 2_000;

/** The reason why every further request fails. */
interface End {
  readonly kind: ConnectionErrorKind;
  readonly why: string;
  readonly cause: unknown;
}

/**
 * Sends requests over one SFTP channel. Each request settles: with its answer, the caller's abort, the watchdog, or the
 * loss of the connection. (ssh2 silently drops a request that is made after a loss.)
 */
export class SftpSession implements AsyncDisposable {
  readonly config: SftpConfig;
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
  /** The folders below the base directory that were verified not to be links. */
  readonly verifiedFolders = new Set<string>();
  /** True once the server turned out not to support LSTAT. */
  lacksLstat = false;
  /** True once the server turned out not to give the attributes of open files. */
  lacksFstat = false;
  readonly readSize: ReadSize;
  readonly #parts: SessionParts;
  readonly #watchdog: IdleWatchdog;
  readonly #waiting = new Map<
    (error: unknown) => void,
    { readonly step: Step; readonly isCleanup: boolean }
  >();
  #end: End | null = null;
  #lastError: unknown;

  constructor(parts: SessionParts) {
    this.config = parts.config;
    this.signal = parts.signal;
    this.log = parts.log;
    this.readSize = new ReadSize(parts.sftp);
    this.#parts = parts;
    this.#watchdog = new IdleWatchdog(parts.idleMs, (idleMs) =>
      this.#tearDown({ kind: 'stalled', why: `no answer for ${idleMs / 1000} s`, cause: this.#lastError }),
    );
    const lost = () => this.#finish({ kind: 'lost', why: 'the connection was lost', cause: this.#lastError });
    const failed = (error: unknown) => {
      this.#lastError ??= error;
      lost();
    };
    parts.socket.once('close', lost);
    parts.client.on('error', failed);
    parts.sftp.on('error', failed);
    parts.sftp.on('close', lost);
    parts.signal.addEventListener('abort', this.#aborted, { once: true });
  }

  /** Sends a request and returns its answer. @throws ConnectionError, or the signal's reason once it is aborted */
  request<T>(step: Step, send: Send<T>): Promise<T> {
    if (this.signal.aborted) return Promise.reject(this.signal.reason);
    return this.#send(step, send, false);
  }

  /** Sends a request of an extension. @returns true if the server supports the extension */
  async requestExtension(step: Step, send: Send<undefined>): Promise<boolean> {
    this.signal.throwIfAborted();
    let unknown = false;
    try {
      await this.#send<undefined>(
        step,
        (sftp, done) => {
          try {
            send(sftp, done);
          } catch {
            // ssh2 throws, without sending, if the server did not announce the extension.
            unknown = true;
            done(null, undefined);
          }
        },
        false,
      );
      return !unknown;
    } catch (error) {
      if (saysUnsupported(error)) return false;
      throw error;
    }
  }

  /** Sends a request for cleanup: it is sent even after an abort, and never throws. */
  async cleanup(step: Step, send: Send<undefined>): Promise<void> {
    try {
      await this.#send(step, send, true);
    } catch (error) {
      this.log.warn('sftp: cleanup failed', {
        reason: error instanceof Error ? error.message : `${error}`,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish({ kind: 'lost', why: 'we have closed the connection', cause: undefined });
    const { socket, client } = this.#parts;
    if (socket.closed) return;
    // events.once is not used, as it fails on the error event of a connection that is reset in between.
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => resolve());
    const giveUp = setTimeout(() => socket.destroy(), CLEANUP_LIMIT_MS);
    client
      .end()
      .catch((error: unknown) =>
        this.log.debug('sftp: the server did not confirm the close', { reason: `${error}` }),
      );
    await closed;
    clearTimeout(giveUp);
  }

  #send<T>(step: Step, send: Send<T>, isCleanup: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#end !== null) return reject(failure(this.config, step, this.#end));
      this.#waiting.set(reject, { step, isCleanup });
      this.#watchdog.requestSent();
      send(this.#parts.sftp, (error, value) => {
        if (!this.#waiting.delete(reject)) return; // settled by an abort or a loss
        this.#watchdog.requestSettled();
        if (error === null || error === undefined) resolve(value);
        else reject(this.#explained(step, error));
      });
    });
  }

  #explained(step: Step, error: Error): ConnectionError {
    if (statusCode(error) !== null) return refusalByServer(this.config, step, error);
    // ssh2 fails the pending requests before the socket reports why.
    const cause = this.#lastError ?? error;
    return failure(this.config, step, { kind: 'lost', why: 'the connection was lost', cause });
  }

  #tearDown(end: End): void {
    this.#parts.socket.destroy();
    this.#finish(end);
  }

  #finish(end: End): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#watchdog.stop();
    this.#parts.signal.removeEventListener('abort', this.#aborted);
    for (const [reject, { step }] of this.#waiting) reject(failure(this.config, step, end));
    this.#waiting.clear();
  }

  readonly #aborted = (): void => {
    for (const [reject, { isCleanup }] of [...this.#waiting]) {
      if (isCleanup) continue;
      this.#waiting.delete(reject);
      this.#watchdog.requestSettled();
      reject(this.signal.reason);
    }
    this.#watchdog.shorten(CLEANUP_LIMIT_MS);
  };
}
