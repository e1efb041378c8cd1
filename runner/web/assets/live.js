// Live updates: what a patch leaves alone, how a page that slept becomes right again, and what it says until then.
// The connection itself is htmx's: an element with hx-sse:connect.
{
  const CONNECT = 'hx-sse:connect';
  /** The server says something every 15 s. */
  const SILENCE_MS = 35_000;
  /** A timer of one second that is so late was stopped: the machine slept, or the page was frozen. */
  const SLEPT_MS = 3_000;
  /** A connection that is back within this time is not worth a word. */
  const QUIET_MS = 2_000;
  const LONGEST_RETRY_MS = 5_000;

  /** The live parts of the page, with their connection and what was heard on it. */
  const parts = new Map();

  function partOf(element) {
    let part = parts.get(element);
    if (part === undefined) {
      part = {
        connection: null,
        lastId: '',
        heardAt: Date.now(),
        lostAt: null,
        staleAt: null,
        isDenied: false,
        retryMs: 500,
        timer: 0,
      };
      parts.set(element, part);
    }
    return part;
  }

  /** Calls back with the live part to which an event of htmx belongs. */
  function onPart(event, callback) {
    document.addEventListener(event, (happened) => {
      const element = happened.detail?.ctx?.sourceElement ?? happened.target;
      if (element instanceof Element && element.hasAttribute(CONNECT)) {
        callback(partOf(element), happened.detail, element);
        showStatus();
      }
    });
  }

  // htmx connects an element whenever a patch puts it in place; it is to have one connection all the same.
  document.addEventListener('htmx:before:request', (event) => {
    const { sourceElement } = event.detail.ctx;
    if (sourceElement?.hasAttribute(CONNECT) && sourceElement._htmx?.sse) event.preventDefault();
  });
  // A new connection goes on after the last event of the one before.
  onPart('htmx:config:request', ({ lastId }, { ctx }) => {
    if (lastId !== '') ctx.request.headers['Last-Event-ID'] = lastId;
  });
  onPart('htmx:sse:before:connection', (part, { connection }) => {
    part.connection = connection;
    part.lostAt ??= Date.now();
  });
  onPart('htmx:sse:after:connection', (part, { connection }) => {
    Object.assign(part, { connection, heardAt: Date.now(), lostAt: null, isDenied: false, retryMs: 500 });
    // htmx ends the connection of a page that goes to the background. This one was opened there, as by a middle click; a
    // browser has six connections for all pages of a server.
    if (document.hidden) setTimeout(() => document.dispatchEvent(new Event('visibilitychange')));
  });
  onPart('htmx:sse:before:message', (part, { message }, element) => {
    part.heardAt = Date.now();
    part.lastId = message.id;
    if (message.event === 'stale') part.staleAt = Date.now();
    else if (message.event !== 'beat') part.staleAt = null;
    part.isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  });
  onPart('htmx:sse:after:message', (part, _detail, element) => {
    if (part.isAtEnd && element.hasAttribute('data-live-tail')) element.scrollTop = element.scrollHeight;
  });
  onPart('htmx:sse:error', (part, { status }) => {
    part.lostAt ??= Date.now();
    part.isDenied = status === 401 || status === 403;
  });
  // htmx repeats a connection that was there once, and leaves one that was refused at first.
  onPart('htmx:response:error', (part, { ctx }, element) => {
    part.isDenied = ctx.response.status === 401 || ctx.response.status === 403;
    connectLater(part, element);
  });
  onPart('htmx:error', (part, _detail, element) => connectLater(part, element));
  onPart('htmx:sse:close', (part, { reason }, element) => {
    part.connection = null;
    if (reason !== 'message') {
      connectLater(part, element);
      return;
    }
    // The server has said that there will be no more.
    element.removeAttribute(CONNECT);
    parts.delete(element);
  });

  function connectLater(part, element) {
    part.lostAt ??= Date.now();
    clearTimeout(part.timer);
    part.timer = setTimeout(() => connect(element), part.retryMs);
    part.retryMs = Math.min(part.retryMs * 2, LONGEST_RETRY_MS);
  }

  function connect(element) {
    if (!element.isConnected) parts.delete(element);
    else if (!element._htmx?.sse) htmx.ajax('GET', element.getAttribute(CONNECT), { source: element });
  }

  /** Connects anew what may be dead without knowing it, and at once what waits to try again. */
  function wake() {
    for (const [element, part] of parts) {
      if (part.connection === null) connect(element);
      else if (part.connection.delayCanceller) part.connection.delayCanceller();
      else if (part.lostAt !== null || Date.now() - part.heardAt > QUIET_MS) part.connection.reader?.cancel();
    }
  }

  let tickedAt = Date.now();
  setInterval(() => {
    const now = Date.now();
    const slept = now - tickedAt > SLEPT_MS;
    tickedAt = now;
    if (document.hidden) return;
    if (!navigator.onLine) markLost();
    const isSilent = parts
      .values()
      .some(({ heardAt, lostAt }) => lostAt === null && now - heardAt > SILENCE_MS);
    if (slept || isSilent) wake();
    showStatus();
  }, 1_000);
  addEventListener('online', wake);
  document.addEventListener('resume', wake);
  addEventListener('pageshow', ({ persisted }) => persisted && wake());
  addEventListener('offline', () => {
    markLost();
    showStatus();
  });

  function markLost() {
    for (const part of parts.values()) part.lostAt ??= Date.now();
  }

  const line = document.getElementById('live-status');
  /** The part that counts seconds is not announced, so that a screen reader says the line once. */
  const count = document.createElement('span');
  count.ariaHidden = 'true';

  function showStatus() {
    if (line === null) return;
    const now = Date.now();
    const lostAt = Math.min(...parts.values().map((part) => part.lostAt ?? Infinity));
    const staleAt = Math.min(...parts.values().map((part) => part.staleAt ?? Infinity));
    const isDenied = parts.values().some((part) => part.isDenied);
    const since = now - lostAt >= QUIET_MS ? lostAt : staleAt;
    if (since === Infinity) {
      line.hidden = true;
      line.replaceChildren();
      return;
    }
    count.textContent = ` ${Math.round((now - since) / 1_000)} s ago`;
    const [before, after] = isDenied
      ? ['your log-in has ended', '; load the page again to log in']
      : since === lostAt
        ? ['live updates lost', ', reconnecting']
        : ['the server lost its database', '; this page is as it was then'];
    if (line.firstChild?.textContent !== before) line.replaceChildren(before, count, after);
    line.hidden = false;
  }

  htmx.registerExtension('live', {
    /** A form that somebody writes in stays as it is, and so does what says that it is to stay. */
    htmx_before_morph_node(old) {
      if (!(old instanceof Element)) return true;
      if (old.matches('[data-live-keep]')) return false;
      return !(old instanceof HTMLFormElement && isBeingWritten(old));
    },
    /** Whether a part is open is the reader's own doing. */
    htmx_before_morph_attr(element, { attrName }) {
      return !(attrName === 'open' && element.matches('details, dialog'));
    },
  });

  function isBeingWritten(form) {
    const controls = [...form.elements];
    return controls.some(
      (control) =>
        isChanged(control) ||
        (control === document.activeElement && control.matches('input, textarea, select')),
    );
  }

  function isChanged(control) {
    if (control instanceof HTMLSelectElement) {
      const options = [...control.options];
      const isDefault = options.some(({ defaultSelected }) => defaultSelected);
      return options.some(
        ({ selected, defaultSelected }, index) =>
          selected !== (isDefault || control.multiple ? defaultSelected : index === 0),
      );
    }
    if (control.type === 'checkbox' || control.type === 'radio')
      return control.checked !== control.defaultChecked;
    return control.defaultValue !== undefined && control.value !== control.defaultValue;
  }
}
