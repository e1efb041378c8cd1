import { userInfo } from 'node:os';
import type { Actor } from '../../store/event/event.ts';

/** The user of this machine, as the history names them. */
export const CLI_ACTOR: Actor = { actor: loginName(), channel: 'cli' };

/** A container may run under a number that has no name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
