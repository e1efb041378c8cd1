/** Live updates of one process: one session of the database, and one rendering a page, however many have it open. */
import type { Log } from '../../log.ts';
import { type AttemptKey, type LiveTopic, logTopic } from '../../store/live/topic.ts';
import { ChangeFeed, type FeedPace, type OpenFeedSession } from './change_feed.ts';
import { eventStream } from './event_stream.ts';
import { LiveLog, type ReadLines } from './log.ts';
import { LivePage, type RenderPage } from './page.ts';
import type { LiveSource } from './source.ts';

export interface LiveHubOptions {
  readonly openSession: OpenFeedSession;
  readonly log: Log;
  readonly pace?: Partial<FeedPace>;
  /** The largest number of browsers' connections in this process. */
  readonly maxConnections?: number;
}

/** No connection is left: too many are open, or the process is about to end. */
export class NoLiveConnection extends Error {
  override name = 'NoLiveConnection';
}

interface Followed {
  readonly source: LiveSource;
  readonly unfollowed: AbortController;
  readonly connections: Set<AbortController>;
}

const MAX_CONNECTIONS = 1_000;

export class LiveHub implements AsyncDisposable {
  readonly #log: Log;
  readonly #feed: ChangeFeed;
  readonly #followed = new Map<string, Followed>();
  readonly #maxConnections: number;
  #connections = 0;
  #isEnding = false;

  constructor({ openSession, log, pace = {}, maxConnections = MAX_CONNECTIONS }: LiveHubOptions) {
    this.#log = log;
    this.#maxConnections = maxConnections;
    this.#feed = new ChangeFeed(
      openSession,
      {
        topics: () => this.#topics(),
        onChanged: (topics) => this.#onChanged(topics),
        onLost: (error) => this.#onLost(error),
      },
      pace,
    );
  }

  /** The pages that are open now. */
  counts(): { readonly connections: number; readonly sources: number; readonly isListening: boolean } {
    return {
      connections: this.#connections,
      sources: this.#followed.size,
      isListening: this.#feed.isListening,
    };
  }

  /**
   * Follows a page. Those who give the same key share its rendering, so the key names all that the rendering depends on.
   * @throws NoLiveConnection; the error of the first rendering
   */
  async followPage(key: string, render: RenderPage): Promise<ReadableStream<Uint8Array>> {
    const make = (signal: AbortSignal) => new LivePage(key, render, { log: this.#log, signal });
    return await this.#follow(`page ${key}`, make, null);
  }

  /**
   * Follows the log of an attempt.
   * @param afterId the last line that the browser has
   * @throws NoLiveConnection
   */
  async followLog(
    attempt: AttemptKey,
    read: ReadLines,
    afterId: number,
  ): Promise<ReadableStream<Uint8Array>> {
    const make = (signal: AbortSignal) => new LiveLog(attempt, { read, afterId }, { log: this.#log, signal });
    return await this.#follow(logTopic(attempt), make, afterId);
  }

  async #follow(
    key: string,
    make: (signal: AbortSignal) => LiveSource,
    afterId: number | null,
  ): Promise<ReadableStream<Uint8Array>> {
    if (this.#isEnding) throw new NoLiveConnection('the server is about to end');
    if (this.#connections >= this.#maxConnections)
      throw new NoLiveConnection(`${this.#maxConnections} pages are open, the most that this server updates`);
    const gone = new AbortController();
    const { source } = this.#join(key, make, gone);
    try {
      await source.ready();
    } catch (error) {
      gone.abort();
      throw error;
    }
    this.#feed.look();
    return eventStream(source.follow(afterId, gone.signal), gone, (error) =>
      this.#log.warn('live updates of a page broke off', { key, error: String(error) }),
    );
  }

  /** Joins the browsers that follow the source, until `gone` aborts. */
  #join(key: string, make: (signal: AbortSignal) => LiveSource, gone: AbortController): Followed {
    let followed = this.#followed.get(key);
    if (followed === undefined) {
      const unfollowed = new AbortController();
      followed = { source: make(unfollowed.signal), unfollowed, connections: new Set() };
      this.#followed.set(key, followed);
    }
    const { connections, unfollowed } = followed;
    this.#connections += 1;
    connections.add(gone);
    const leave = () => {
      this.#connections -= 1;
      connections.delete(gone);
      if (connections.size > 0) return;
      unfollowed.abort();
      this.#followed.delete(key);
    };
    gone.signal.addEventListener('abort', leave, { once: true });
    return followed;
  }

  #topics(): ReadonlySet<LiveTopic> {
    return new Set(this.#followed.values().flatMap(({ source }) => source.topics));
  }

  #onChanged(topics: ReadonlySet<LiveTopic>): void {
    for (const { source } of this.#followed.values()) {
      if (!source.topics.isDisjointFrom(topics)) source.onChanged();
    }
  }

  #onLost(error: unknown): void {
    this.#log.warn('live updates have lost the database; connecting again', { error: String(error) });
    for (const { source } of this.#followed.values()) source.onLost();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    for (const { connections } of this.#followed.values()) for (const gone of connections) gone.abort();
    await this.#feed[Symbol.asyncDispose]();
  }
}
