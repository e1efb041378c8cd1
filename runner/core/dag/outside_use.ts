/** Lists the external systems that tasks use, as far as the DAG files say: connections, and folders on SFTP servers. */
import type { z } from 'zod';
import type { KeyPath } from '../dag_file/key_path.ts';
import { CONNECTION_MARK } from '../dag_file/schema/fields.ts';
import { isLocationUse, LOCATION_MARK, type LocationUse } from '../dag_file/schema/location_param.ts';
import { annotationAt } from '../dag_file/schema/lookup.ts';
import type { Json } from '../value/json.ts';
import type { Dag } from './dag.ts';

export interface FolderUse {
  readonly connection: string;
  /** The path below the connection's base directory; empty for that directory itself. */
  readonly path: string;
  readonly access: LocationUse['access'];
  /**
   * The pattern of the file names that are read there, `*` for any text; null if it is not known before a run, and for
   * a folder that is written: all files of one are published alike.
   */
  readonly pattern: string | null;
  /** The tasks that use the folder, as `dag_id.task_id`. */
  readonly usedBy: readonly string[];
}

export interface OutsideUse {
  /** The tasks that use each connection (`dag_id.task_id`), by the connection's id. */
  readonly connections: ReadonlyMap<string, readonly string[]>;
  readonly folders: readonly FolderUse[];
}

/** A text in the `with` of a task. */
interface Mention {
  readonly path: KeyPath;
  readonly text: string;
  readonly usedBy: string;
  /** The use that the param's schema declares; null if it declares none. */
  readonly use: LocationUse | null;
  /** True if the param is declared to hold the id of a connection. */
  readonly isConnection: boolean;
}

type FolderMention = Omit<FolderUse, 'usedBy'>;

/**
 * Returns the connections and folders that the DAGs name. Parts behind a template are left out, as they are known only
 * in a run.
 * @param paramsOf gives the params schema of a task type; null if the type is not known
 */
export function outsideUse(dags: readonly Dag[], paramsOf: (type: string) => z.ZodType | null): OutsideUse {
  const connections = new Map<string, string[]>();
  const folders = new Map<string, FolderUse & { readonly usedBy: string[] }>();
  for (const mention of dags.flatMap((dag) => mentionsIn(dag, paramsOf))) {
    const { usedBy } = mention;
    const folder = folderMentioned(mention);
    const connection = folder?.connection ?? connectionOf(mention);
    if (connection !== null) addOnce(connections, connection, usedBy);
    if (folder === null) continue;
    const name = JSON.stringify(folder);
    const known = folders.get(name);
    if (known === undefined) folders.set(name, { ...folder, usedBy: [usedBy] });
    else if (!known.usedBy.includes(usedBy)) known.usedBy.push(usedBy);
  }
  return { connections, folders: [...folders.values()] };
}

function mentionsIn(dag: Dag, paramsOf: (type: string) => z.ZodType | null): readonly Mention[] {
  return dag.tasks.flatMap((task) => {
    const params = paramsOf(task.type);
    return [...textsIn(task.with, [])].map(({ path, text }) => {
      const place = { path, whole: task.with };
      const mark = params === null ? null : annotationAt(params, place, LOCATION_MARK);
      return {
        path,
        text,
        usedBy: `${dag.dagId}.${task.taskId}`,
        use: isLocationUse(mark) ? mark : null,
        isConnection: params !== null && annotationAt(params, place, CONNECTION_MARK) === true,
      };
    });
  });
}

function* textsIn(value: Json, path: KeyPath): Iterable<Pick<Mention, 'path' | 'text'>> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* textsIn(element, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* textsIn(inner, [...path, name]);
  }
}

/**
 * Returns the connection that a text names, or null. A param without a declaration holds one if it is called
 * `connection`.
 */
function connectionOf({ path, text, isConnection }: Mention): string | null {
  return (isConnection || path.at(-1) === 'connection') && isConnectionId(text) ? text : null;
}

/** Returns the folder that a text names, with the part of its path that is known; null for any other text. */
function folderMentioned(mention: Mention): FolderMention | null {
  const [, connection = '', path = ''] = /^sftp:\/\/([^/]*)\/?(.*)$/s.exec(mention.text) ?? [];
  if (!isConnectionId(connection)) return null;
  const { access, of } = mention.use ?? guessedUse(mention);
  const segments = path.split('/').filter((segment) => segment !== '');
  const name = of === 'folder' ? '' : (segments.pop() ?? '');
  const unknown = segments.findIndex(isTemplate);
  const isKnownName = name !== '' && unknown === -1 && !isTemplate(name);
  return {
    connection,
    path: segments.slice(0, unknown === -1 ? undefined : unknown).join('/'),
    access,
    pattern: access === 'read' && isKnownName ? name : null,
  };
}

/**
 * Guesses the use of a location whose param declares none: a param `to` is written, and a last segment with an
 * extension is a file.
 */
function guessedUse({ path, text }: Mention): LocationUse {
  const last = text.split('/').at(-1) ?? '';
  const of = last.includes('*') ? 'pattern' : /\.[A-Za-z0-9]+$/.test(last) ? 'file' : 'folder';
  return { access: path.at(-1) === 'to' ? 'write' : 'read', of };
}

function isTemplate(segment: string): boolean {
  return segment.includes('${{');
}

function isConnectionId(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,62}$/.test(text);
}

function addOnce(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else if (!values.includes(value)) values.push(value);
}
