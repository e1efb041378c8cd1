import path from 'node:path';
import { type Environment, knownConnection } from '../../connections/connection_config.ts';
import type { LineageFile } from '../../core/lineage/event.ts';

interface StoredFile {
  readonly connection: string | null;
  /** The path below the connection, or the location of an artifact or a local file. */
  readonly path: string;
}

/**
 * Returns the dataset that a file is, named as OpenLineage names those of its kind: by the server and the whole path, so
 * that other tools which know the same file mean the same dataset. An artifact belongs to its DAG.
 */
export function datasetOf(
  file: StoredFile,
  {
    env,
    projectDir,
    dagId,
    namespace,
  }: {
    readonly env: Environment;
    readonly projectDir: string;
    readonly dagId: string;
    readonly namespace: string;
  },
): Pick<LineageFile, 'namespace' | 'name'> {
  const { connection, path: place } = file;
  if (connection !== null) return onServer(connection, place, env);
  if (place.startsWith('file:')) {
    return { namespace: 'file', name: path.resolve(projectDir, place.slice('file:'.length)) };
  }
  return { namespace, name: `${dagId}/${place}` };
}

function onServer(
  connection: string,
  place: string,
  env: Environment,
): Pick<LineageFile, 'namespace' | 'name'> {
  const config = knownConnection(connection, env);
  // A worker that does not know the connection any more still knows its id.
  if (config?.kind !== 'sftp') return { namespace: `sftp://${connection}`, name: place };
  return { namespace: `sftp://${config.host}:${config.port}`, name: `${config.baseDir}/${place}` };
}
