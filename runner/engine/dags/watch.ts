import type { Pool } from 'pg';
import { type DagRelations, relationProblems } from '../../core/dag_file/relations.ts';
import type { Log } from '../../log.ts';
import { dagIdsInForce, retireDags } from '../../store/dag/dag.ts';
import { type Actor, recordEvents } from '../../store/event/event.ts';
import {
  type CheckedDagFile,
  checkDagText,
  type DagText,
  readDagTexts,
  registerDagFile,
  withRelationProblems,
} from './folder.ts';
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
  readonly #relations = new Map<string, DagRelations>();
  /** The files that wait for other DAGs, which are checked again when any file changes. */
  readonly #linked = new Map<string, CheckedDagFile>();

  constructor(folder: string, taskTypes: TaskTypes) {
    this.#folder = folder;
    this.#taskTypes = taskTypes;
  }

  async check(pool: Pool, actor: string, log: Log): Promise<void> {
    const by: Actor = { actor, channel: 'files' };
    // Read before the folder: a file that another process adds and registers in between must not count as removed.
    const inForce = await dagIdsInForce(pool, this.#folder);
    const texts = await readDagTexts(this.#folder);
    const present = new Set(texts.map(({ dagId }) => dagId));
    const removed = [...this.#seen.keys()].filter((dagId) => !present.has(dagId));
    for (const dagId of removed) this.#forget(dagId);
    // Only changed contents are parsed: a thousand files take seconds, and the folder is read every two seconds.
    const changed = texts.filter(({ dagId, fingerprint }) => this.#seen.get(dagId) !== fingerprint);
    const checked = changed.map((text) => this.#checkAlone(text));
    if (checked.length > 0 || removed.length > 0) {
      const problems = relationProblems([...this.#relations.values()]);
      const affected = new Map([...checked.map((file) => [file.dagId, file] as const), ...this.#linked]);
      for (const file of affected.values()) {
        const whole = withRelationProblems(file, problems);
        if (await registerDagFile(pool, whole, by)) logChange(log, whole);
        this.#seen.set(file.dagId, file.fingerprint);
      }
    }
    const gone = inForce.filter((dagId) => !present.has(dagId));
    if (gone.length === 0) return;
    for (const dagId of await retireDags(pool, gone)) {
      log.warn('a DAG was retired: its file is gone', { dagId });
      await recordEvents(pool, by, [{ action: 'dag.retired', dagId, reason: 'its file is gone' }]);
    }
  }

  /** Checks a text without the other files, and keeps what the check of all files together needs. */
  #checkAlone(text: DagText): CheckedDagFile {
    const file = checkDagText(text, this.#taskTypes);
    this.#forget(file.dagId);
    if (file.relations === null) return file;
    this.#relations.set(file.dagId, file.relations);
    if (file.relations.links.length > 0) this.#linked.set(file.dagId, file);
    return file;
  }

  #forget(dagId: string): void {
    this.#seen.delete(dagId);
    this.#relations.delete(dagId);
    this.#linked.delete(dagId);
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
