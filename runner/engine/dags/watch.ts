import type { Pool } from 'pg';
import type { Log } from '../../log.ts';
import { dagIdsInForce, retireDags } from '../../store/dag/dag.ts';
import { type Actor, recordEvents } from '../../store/event/event.ts';
import { type CheckedDagFile, checkDagText, readDagTexts, registerDagFile } from './folder.ts';
import type { TaskTypes } from './task_types.ts';

/**
 * Keeps a folder's DAG files in force. A file is registered when this process first sees it and whenever its content, or
 * that of the calendars it may name, changes, not on every read: two hosts with different texts, as during a rollout, do not overwrite each other
 * repeatedly.
 */
export class DagWatch {
  readonly #folder: string;
  readonly #taskTypes: TaskTypes;
  readonly #seen = new Map<string, string>();

  constructor(folder: string, taskTypes: TaskTypes) {
    this.#folder = folder;
    this.#taskTypes = taskTypes;
  }

  async check(pool: Pool, actor: string, log: Log): Promise<void> {
    const by: Actor = { actor, channel: 'files' };
    // Read before the folder: a file that another process adds and registers in between must not count as removed.
    const inForce = await dagIdsInForce(pool, this.#folder);
    const texts = await readDagTexts(this.#folder);
    // Only changed contents are parsed: a thousand files take seconds, and the folder is read every two seconds.
    for (const text of texts.filter(({ dagId, fingerprint }) => this.#seen.get(dagId) !== fingerprint)) {
      const file = checkDagText(text, this.#taskTypes);
      const isChange = await registerDagFile(pool, file, by);
      this.#seen.set(file.dagId, file.fingerprint);
      if (isChange) logChange(log, file);
    }
    const present = new Set(texts.map(({ dagId }) => dagId));
    for (const dagId of this.#seen.keys()) if (!present.has(dagId)) this.#seen.delete(dagId);
    const gone = inForce.filter((dagId) => !present.has(dagId));
    if (gone.length === 0) return;
    for (const dagId of await retireDags(pool, gone)) {
      log.warn('a DAG was retired: its file is gone', { dagId });
      await recordEvents(pool, by, [{ action: 'dag.retired', dagId, reason: 'its file is gone' }]);
    }
  }
}

function logChange(log: Log, { dag, dagId, file, sha256, problems }: CheckedDagFile): void {
  if (dag === null)
    log.error('a DAG file is invalid; a last good version, where there is one, stays in force', {
      file,
      problems: problems.length,
    });
  else log.info('a DAG version is in force', { dagId, sha256: sha256.slice(0, 12) });
}
