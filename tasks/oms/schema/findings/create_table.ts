/** The SQL that makes a table of the sync, or a column. */
import { type RequiredColumn, type RequiredTable, sqlType } from '../required/table.ts';
import { nameOf } from './finding.ts';

export function createTableSql({ name, columns, keys, indexes }: RequiredTable): string {
  const lines = [
    ...Object.entries(columns).map(([column, required]) => columnSql(column, required)),
    ...keys.map((key, index) => `${index === 0 ? 'primary key' : 'unique'} (${key.columns.join(', ')})`),
  ];
  return [
    `create table ${nameOf(name)} (\n  ${lines.join(',\n  ')}\n);`,
    ...indexes.map((index) => `create index on ${nameOf(name)} (${index.columns.join(', ')});`),
  ].join('\n');
}

export function columnSql(name: string, { type, isNotNull, default: value }: RequiredColumn): string {
  const parts = [
    name,
    sqlType(type),
    isNotNull ? 'not null' : '',
    value === undefined ? '' : `default ${value}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}
