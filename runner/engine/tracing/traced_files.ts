import type { Attributes } from '@opentelemetry/api';
import { type Environment, knownConnection } from '../../connections/connection_config.ts';
import { parseLocationPattern } from '../../core/value/location.ts';
import type { Files, OpenFile } from '../../task.ts';
import type { OpenSpan, Spans } from './spans.ts';

/** Returns the files with a span for each request to where they are. */
export function tracedFiles(
  trace: Spans,
  files: Files & AsyncDisposable,
  env: Environment,
): Files & AsyncDisposable {
  const named = (verb: string, location: string) => {
    const { scheme, attributes } = placeOf(location, env);
    return { name: `${scheme} ${verb}`, attributes };
  };
  const sized = ({ bytes }: { readonly bytes: number }) => ({ 'file.size': bytes });
  return {
    list: (pattern) =>
      trace.during(
        named('list', pattern),
        () => files.list(pattern),
        ({ length }) => ({ 'stockflow.file_count': length }),
      ),
    leftOut: (pattern) => trace.during(named('list', pattern), () => files.leftOut(pattern)),
    stat: (location) => trace.during(named('stat', location), () => files.stat(location)),
    async open(location) {
      const file = await trace.during(named('open', location), () => files.open(location), sized);
      const { name, attributes } = named('read', location);
      return {
        ...file,
        chunks: () => tracedChunks(file, trace.start(name, { ...attributes, ...sized(file) })),
      };
    },
    read: (location) =>
      trace.during(
        named('read', location),
        () => files.read(location),
        ({ length }) => sized({ bytes: length }),
      ),
    publish: (location, content, options) =>
      trace.during(
        named('publish', location),
        () => files.publish(location, content, options),
        ({ bytes, rows }) => ({ ...sized({ bytes }), ...(rows === null ? {} : { 'stockflow.rows': rows }) }),
      ),
    rename: (from, to) => trace.during(named('rename', from), () => files.rename(from, to)),
    remove: (location) => trace.during(named('remove', location), () => files.remove(location)),
    // These ask the runner's own database.
    recordRead: (facts) => files.recordRead(facts),
    lastGoodOutput: (taskId) => files.lastGoodOutput(taskId),
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

async function* tracedChunks(file: OpenFile, span: OpenSpan): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  try {
    for await (const chunk of file.chunks()) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    // Also where the reader stops before the end.
    span.set({ 'stockflow.bytes_read': bytes });
    span.end();
  }
}

function placeOf(
  location: string,
  env: Environment,
): { readonly scheme: string; readonly attributes: Attributes } {
  const [, scheme = 'file'] = /^([a-z]+):/.exec(location) ?? [];
  const attributes: Attributes = { 'stockflow.location': location };
  if (scheme !== 'sftp') return { scheme, attributes };
  const place = parseLocationPattern(location);
  if (place.scheme !== 'sftp') return { scheme, attributes };
  const { connection, folder, pattern } = place;
  attributes['stockflow.connection'] = connection;
  const config = knownConnection(connection, env);
  if (config?.kind !== 'sftp') return { scheme, attributes };
  const path = [config.baseDir, folder, pattern].filter((part) => part !== '').join('/');
  return {
    scheme,
    attributes: {
      ...attributes,
      'server.address': config.host,
      'server.port': config.port,
      'network.protocol.name': 'sftp',
      'file.path': path.startsWith('/') ? path : `/${path}`,
    },
  };
}
