/** Something that a person may do: a form that says what will happen, and the deed when it is sent. */
import type { Actor } from '../store/event/event.ts';
import type { Role } from './access/role.ts';
import type { Html } from './html/html.ts';
import type { PageRequest } from './page.ts';

export interface Action {
  /** `/runs/:run/clear`: GET shows the form, POST does what it says. */
  readonly path: string;
  /** The least role that may. */
  readonly role: Role;
  /**
   * Reads what the form shows; `request.query` holds the values that it begins with, or those that were sent and refused.
   * @throws NotFound
   */
  open(request: PageRequest): Promise<OpenForm>;
  /** @throws an error of the engine, whose sentence is shown above the form that was sent */
  act(request: PageRequest, by: Actor): Promise<Done>;
}

export interface OpenForm {
  readonly title: string;
  /** The form, whose action is the page's own path. */
  readonly body: Html;
}

export interface Done {
  /** The path to go to. */
  readonly location: string;
  /** A sentence on what was done, shown there once. */
  readonly sentence: string;
}
