/** Checks the server and the session. */
import type { FoundServer } from '../catalog/found.ts';
import { quoted } from '../catalog/quoted.ts';
import { SCHEMA } from '../required/table.ts';
import type { OmsFinding } from './finding.ts';

const OLDEST = 150_000;

export function serverFindings(server: FoundServer): readonly OmsFinding[] {
  const { version, versionNumber, isStandby, isReadOnly, hasSchema, database, role } = server;
  const found: OmsFinding[] = [];
  if (versionNumber < OLDEST) {
    found.push({
      severity: 'blocks',
      where: 'server',
      found: `is Postgres ${version}`,
      fix: 'upgrade it to 15 or newer',
      sql: null,
    });
  }
  if (isStandby) {
    found.push({
      severity: 'blocks',
      where: 'server',
      found: 'is a standby, which takes no writes',
      fix: 'let the connection lead to the primary',
      sql: null,
    });
  }
  if (isReadOnly) {
    found.push({
      severity: 'blocks',
      where: `role ${role}`,
      found: 'default_transaction_read_only is on for its sessions: the sync could write nothing',
      fix: 'turn it off for the role that works the nights; where the database sets it, there too',
      sql: `alter role ${quoted(role)} in database ${quoted(database)} set default_transaction_read_only = off;`,
    });
  }
  if (!hasSchema) {
    found.push({
      severity: 'blocks',
      where: `schema ${SCHEMA}`,
      found: `database ${database} has no such schema`,
      fix: "create it, with a view over each of the OMS's own tables, and the sync's tables",
      sql: `create schema ${SCHEMA};`,
    });
  }
  return found;
}
