/** A request to a connection's HTTP server, and its answer. */

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path below the connection's URL, beginning with `/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Headers besides those of the connection, which they cannot replace. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** The longest time in ms for the whole exchange, redirects included. */
  readonly timeoutMs: number;
  /** The largest body of an answer in bytes. */
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** The headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as UTF-8, without the secrets of the connection. */
  readonly text: string;
  readonly bytes: number;
}

/** The HTTP server that a connection names. Its log-in is added to each request, and is in no error and no answer. */
export interface HttpConnection {
  /** The server without its secrets, for messages: `https://api.example.com/v2`. */
  readonly display: string;
  /**
   * Sends a request. A redirect is followed on the same host only, up to three times.
   * @returns the answer, whatever its status
   * @throws ConnectionError, or the signal's reason
   */
  request(request: HttpRequest): Promise<HttpResponse>;
}
