/** Finds the DAG whose schedule decides when a DAG is due. */
import type { Dag } from '../../core/dag/dag.ts';

/**
 * Returns the DAG itself, or the one that it runs after, if need be over several.
 * @param find finds a DAG by its id
 */
export async function scheduledDag(dag: Dag, find: (dagId: string) => Promise<Dag>): Promise<Dag> {
  const visited = new Set([dag.dagId]);
  let source = dag;
  while (source.after !== null && !visited.has(source.after)) {
    visited.add(source.after);
    source = await find(source.after);
  }
  return source;
}
