/**
 * Renders `${{ ... }}`: look-ups in a fixed set of roots, and nothing else. A value that was found is inserted as it is
 * and never read for templates again.
 */
import { formatKeyPath, type KeyPath } from '../dag_file/key_path.ts';
import type { Json, JsonObject } from '../value/json.ts';
import { type Template, templatePieces } from './template_ref.ts';

export const TEMPLATE_ROOTS = ['run', 'params', 'tasks', 'item', 'map_index'] as const;
export const RUN_KEYS = ['business_date', 'scheduled_for', 'run_id', 'dag_id', 'timezone'] as const;

/** The values that a task's templates may use. */
export interface TemplateScope {
  /** `business_date` as `2026-01-31`, `scheduled_for` as `2026-01-31T06:00:00Z`, `timezone` an IANA name. */
  readonly run: Readonly<Record<(typeof RUN_KEYS)[number], string>>;
  readonly params: JsonObject;
  /** The outputs of tasks, by task_id. */
  readonly tasks: JsonObject;
  /** The element of the mapped list; set only for an instance of a mapped task. */
  readonly item?: Json;
  /** The 0-based index in the mapped list; set only for an instance of a mapped task. */
  readonly map_index?: number;
}

/** A template cannot be rendered: the name that it uses does not exist, or the value cannot be part of a text. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

/**
 * Returns `value` with its templates replaced. A string that is one template becomes the value it names, of any type;
 * within a longer string only text, numbers and booleans are allowed.
 * @throws TemplateError naming the key path and the template
 */
export function renderTemplates(value: Json, scope: TemplateScope): Json {
  return render(value, rootsOf(scope), []);
}

function rootsOf({ run, params, tasks, item, map_index: mapIndex }: TemplateScope): JsonObject {
  return {
    run: Object.fromEntries(RUN_KEYS.map((key) => [key, run[key]])),
    params,
    tasks: Object.fromEntries(Object.entries(tasks).map(([taskId, output]) => [taskId, { output }])),
    ...(item === undefined ? {} : { item }),
    ...(mapIndex === undefined ? {} : { map_index: mapIndex }),
  };
}

function render(value: Json, roots: JsonObject, path: KeyPath): Json {
  if (typeof value === 'string') return renderText(value, roots, path);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((element, index) => render(element, roots, [...path, index]));
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, render(inner, roots, [...path, key])]));
}

function renderText(text: string, roots: JsonObject, path: KeyPath): Json {
  const pieces = templatePieces(text);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) {
    return typeof only === 'string' ? only : lookUp(only, roots, path);
  }
  const texts = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const found = lookUp(piece, roots, path);
    if (found !== null && typeof found !== 'object') return String(found);
    throw templateError(piece, path, `is ${kindOf(found)}, which cannot stand inside a longer text`);
  });
  return texts.join('');
}

function lookUp(template: Template, roots: JsonObject, path: KeyPath): Json {
  const { segments } = template;
  if (segments === null)
    throw templateError(template, path, `is not a reference; write one such as \${{ run.business_date }}`);
  let found: Json = roots;
  for (const [depth, key] of segments.entries()) {
    const value = ownValue(found, key);
    if (value === undefined) {
      const holder = depth === 0 ? 'a template' : segments.slice(0, depth).join('.');
      throw templateError(template, path, `${holder} has no ${key}: it ${contentsOf(found)}`);
    }
    found = value;
  }
  return found;
}

/** Returns the element or own property of that name; prototypes and `length` cannot be reached. */
function ownValue(holder: Json, key: string): Json | undefined {
  if (holder === null || typeof holder !== 'object') return undefined;
  if (Array.isArray(holder) && !/^\d{1,9}$/.test(key)) return undefined;
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

function contentsOf(holder: Json): string {
  if (holder === null || typeof holder !== 'object' || Array.isArray(holder)) return `is ${kindOf(holder)}`;
  const keys = Object.keys(holder);
  if (keys.length === 0) return 'is empty';
  return `has ${keys.slice(0, 10).join(', ')}${keys.length > 10 ? ', ...' : ''}`;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

function templateError(template: Template, path: KeyPath, what: string): TemplateError {
  const key = path.length === 0 ? '' : `${formatKeyPath(path)}: `;
  return new TemplateError(`${key}${template.text} ${what}`);
}
