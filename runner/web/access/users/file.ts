/**
 * The users file: one person a line, `name:role:hash`, and lines that begin with `#`. A hash of `-` is a person without a
 * password, whom the login proxy names or who has tokens only.
 */
import { isRole, ROLES, type Role } from '../role.ts';
import { hashProblem } from './password.ts';

export interface User {
  readonly name: string;
  readonly role: Role;
  /** Null for a person who cannot log in with a password. */
  readonly passwordHash: string | null;
}

export type Users = ReadonlyMap<string, User>;

export interface UsersFileProblem {
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** Every problem of a users file; the message has a line `file:line: what` for each, and no hash. */
export class UsersFileError extends Error {
  override name = 'UsersFileError';
  readonly file: string;
  readonly problems: readonly UsersFileProblem[];
  constructor(file: string, problems: readonly UsersFileProblem[]) {
    super(problems.map(({ line, what }) => `${file}:${line}: ${what}`).join('\n'));
    this.file = file;
    this.problems = problems;
  }
}

const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

/** Returns why a name cannot stand in the file, or null. */
export function nameProblem(name: string): string | null {
  return USER_NAME.test(name)
    ? null
    : `${JSON.stringify(name)} is no name: use letters, digits and . _ @ + -, at most 100, a letter or digit first`;
}

/** @throws UsersFileError that names every wrong line */
export function parseUsers(text: string, file: string): Users {
  const users = new Map<string, User>();
  const problems: UsersFileProblem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (isComment(line)) continue;
    const read = parseLine(line);
    if ('what' in read) problems.push({ line: index + 1, what: read.what });
    else if (users.has(read.name))
      problems.push({ line: index + 1, what: `${read.name} stands in an earlier line` });
    else users.set(read.name, read);
  }
  if (problems.length > 0) throw new UsersFileError(file, problems);
  return users;
}

function parseLine(line: string): User | { readonly what: string } {
  const [name = '', role = '', hash, ...rest] = line.trim().split(':');
  if (hash === undefined || rest.length > 0) return { what: 'write name:role:hash' };
  const what = nameProblem(name) ?? (hash === '-' ? null : hashProblem(hash));
  if (what !== null) return { what };
  if (!isRole(role)) return { what: `${JSON.stringify(role)} is no role: write ${ROLES.join(', ')}` };
  return { name, role, passwordHash: hash === '-' ? null : hash };
}

/** Returns the text with the user in it, in place of a line with the same name or at the end; the rest stays as it is. */
export function withUser(text: string, user: User): string {
  const own = `${user.name}:${user.role}:${user.passwordHash ?? '-'}`;
  const lines = linesOf(text);
  const at = lines.findIndex((line) => nameIn(line) === user.name);
  return joined(at === -1 ? [...lines, own] : lines.with(at, own));
}

/** Returns the text without the line of that name. */
export function withoutUser(text: string, name: string): string {
  return joined(linesOf(text).filter((line) => nameIn(line) !== name));
}

function nameIn(line: string): string | null {
  return isComment(line) ? null : (line.trim().split(':')[0] ?? null);
}

function isComment(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
