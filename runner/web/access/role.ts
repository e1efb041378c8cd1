/** Roles of people on the page: each may do all that the one before it may. */
import type { Actor } from '../../store/event/event.ts';
import { ROLES, type Role, type Viewer } from '../page.ts';

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** Returns whether `role` may do what `needed` may. */
export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Returns the person as the history names them. */
export function actorOf({ name }: Pick<Viewer, 'name'>): Actor {
  return { actor: name, channel: 'web' };
}
