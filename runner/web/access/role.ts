/** Roles of people on the page: each may do all that the one before it may. */
import type { Actor } from '../../store/event/event.ts';

/** `viewer` sees all and changes nothing, `operator` acts on runs, tasks, DAGs and backfills, `admin` may do everything. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Person {
  readonly name: string;
  readonly role: Role;
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** Returns whether `role` may do what `needed` may. */
export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Returns the person as the history names them. */
export function actorOf({ name }: Pick<Person, 'name'>): Actor {
  return { actor: name, channel: 'web' };
}
