/** What tasks use outside the runner, as far as the DAG file itself says: connections, and folders on SFTP servers. */
import type { Dag } from './dag.ts';
import type { Json } from './json.ts';

/** `write` where the task publishes: by convention the param `to`, in every task type. */
export type FolderAccess = 'read' | 'write';

export interface FolderUse {
  readonly connection: string;
  /** Below the connection's base directory; empty for that directory. It may name a file that is in the folder. */
  readonly path: string;
  readonly access: FolderAccess;
  /** `dag_id.task_id`. */
  readonly usedBy: readonly string[];
}

export interface OutsideUse {
  /** Who uses it (`dag_id.task_id`), by the connection's id. */
  readonly connections: ReadonlyMap<string, readonly string[]>;
  readonly folders: readonly FolderUse[];
}

interface Mention {
  readonly key: string;
  readonly text: string;
  readonly usedBy: string;
}

/** What cannot be known before a run, behind a template, is left out. */
export function outsideUse(dags: readonly Dag[]): OutsideUse {
  const mentions = dags.flatMap((dag) =>
    dag.tasks.flatMap((task) => [...textsIn(task.with, '', `${dag.dagId}.${task.taskId}`)]),
  );
  const connections = new Map<string, string[]>();
  const folders = new Map<string, FolderUse & { readonly usedBy: string[] }>();
  for (const { key, text, usedBy } of mentions) {
    const place = placeOf(key, text);
    if (place === null) continue;
    addOnce(connections, place.connection, usedBy);
    if (place.path === null) continue;
    const { connection, path } = place;
    const access = key === 'to' ? 'write' : 'read';
    const name = `${connection}/${path} ${access}`;
    const known = folders.get(name);
    if (known === undefined) folders.set(name, { connection, path, access, usedBy: [usedBy] });
    else if (!known.usedBy.includes(usedBy)) known.usedBy.push(usedBy);
  }
  return { connections, folders: [...folders.values()] };
}

function* textsIn(value: Json, key: string, usedBy: string): Iterable<Mention> {
  if (typeof value === 'string') yield { key, text: value, usedBy };
  else if (Array.isArray(value)) for (const element of value) yield* textsIn(element, key, usedBy);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* textsIn(inner, name, usedBy);
  }
}

/** The connection that a text names, with the part of its path that is known; null for any other text. */
function placeOf(key: string, text: string): { connection: string; path: string | null } | null {
  if (key === 'connection') return isConnectionId(text) ? { connection: text, path: null } : null;
  const [, connection = '', path = ''] = /^sftp:\/\/([^/]*)\/?(.*)$/s.exec(text) ?? [];
  if (!isConnectionId(connection)) return null;
  const segments = path.split('/').filter((segment) => segment !== '');
  const unknown = segments.findIndex((segment) => /\*|\$\{\{/.test(segment));
  return { connection, path: segments.slice(0, unknown === -1 ? undefined : unknown).join('/') };
}

function isConnectionId(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,62}$/.test(text);
}

function addOnce(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else if (!values.includes(value)) values.push(value);
}
