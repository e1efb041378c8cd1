/** A page: an URL, the rows behind it, and its HTML. It is served whole, and its body again whenever one of its topics changes. */
import type { LiveTopic } from '../store/live/topic.ts';
import { mayActAs, type Person, type Role } from './access/role.ts';
import type { WebContext } from './context.ts';
import type { Html } from './html/html.ts';
import { type ErrorStatus, HttpError } from './http_error.ts';
import type { RenderMemory } from './live/page.ts';

/** The person who reads a page, and how they were let in. */
export interface Viewer extends Person {
  /** Whether a log-in can be ended: false on loopback, behind a login proxy, and with a token. */
  readonly hasSession: boolean;
}

export interface PageRequest {
  readonly context: WebContext;
  /** The parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The memory of earlier renderings of a live page, such as the progress of attempts; absent when it is served whole. */
  readonly memory?: RenderMemory;
}

export interface Page {
  /** `/runs/:run` */
  readonly path: string;
  /**
   * Reads what the page shows.
   * @throws NotFound
   */
  open(request: PageRequest): Promise<OpenPage>;
}

export interface OpenPage {
  readonly title: string;
  /** The topics whose changes make the body anew; none for a page that never changes by itself. */
  readonly topics: readonly LiveTopic[];
  /** 200 by default; another for a page that shows why there is nothing, with ways on that an error's sentence lacks. */
  readonly status?: 200 | ErrorStatus;
  /** Renders what stands in `<main>`. */
  body(reader: Reader): Html;
}

/** The one fact about a reader that a body may depend on; all readers of one role share a rendering. */
export interface Reader {
  readonly role: Role;
}

/** Returns whether the reader may work runs: retry, clear, mark, cancel, trigger, backfill, pause. */
export function mayOperate({ role }: Reader): boolean {
  return mayActAs(role, 'operator');
}

/** @throws HttpError for a viewer whose role is too low */
export function refuseUnlessRole({ name, role }: Viewer, least: Role): void {
  if (mayActAs(role, least)) return;
  throw new HttpError(403, `${name} may look only: the role is ${role}, and this takes ${least}`);
}
