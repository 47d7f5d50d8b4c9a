import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { type SafeText, sanitise } from '../domain/safe-text.ts';
import { type HomelabProblem, nearest } from './homelab-problem.ts';

/** A value in the file, or the place where it should be. */
export type Place = Node | null | undefined;
type Fields = Readonly<Record<string, Node | null>>;

/** More aliases than a hand-written file ever has; stops files that unfold to gigabytes. */
const ALIAS_LIMIT = 50;

/** Our words for the parser's errors: its own messages may quote the file and with it a secret. */
const words: Readonly<Record<string, readonly [string, string?]>> = {
  TAB_AS_INDENT: ['a tab is used as indentation', 'YAML allows only spaces there'],
  DUPLICATE_KEY: ['this key appears twice', 'keep one of them'],
  BAD_INDENT: ['the indentation is wrong, or a bracket above is not closed'],
  MISSING_CHAR: ['a quote, bracket, comma or colon is missing before this'],
  MULTIPLE_DOCS: ['a second document starts here', 'remove the line with ---'],
  BLOCK_AS_IMPLICIT_KEY: ['two keys on one line, or wrong indentation', 'quote a text with ": "'],
  BLOCK_IN_FLOW: ['this text has characters that end it early', 'put it in quotes'],
  BAD_SCALAR_START: ['a text cannot start with this character', 'put it in quotes'],
  TAG_RESOLVE_FAILED: ['tags (!name) are not used here', 'remove it'],
  BAD_ALIAS: ['this alias is not valid', 'put a text with * or & in quotes'],
};

/** Walks a YAML document and collects what is wrong with it, by line and column. */
export class YamlReader {
  readonly problems: HomelabProblem[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed | undefined;

  constructor(source: string) {
    try {
      this.#document = parseDocument(source, {
        lineCounter: this.#lines,
        prettyErrors: false,
        uniqueKeys: true,
        logLevel: 'error',
      });
    } catch {
      this.problemAt(0, 'this file is nested too deep to read');
      return;
    }
    for (const error of [...this.#document.errors, ...this.#document.warnings]) {
      const [what, suggestion] = words[error.code] ?? ['this is not valid YAML'];
      this.problemAt(error.pos[0], what, suggestion);
    }
    let aliases = 0;
    visit(this.#document, {
      Alias: (_key, node) => {
        aliases += 1;
        if (aliases <= ALIAS_LIMIT) return undefined;
        this.problem(node, `more than ${ALIAS_LIMIT} aliases`, 'write the values out');
        return visit.BREAK;
      },
    });
  }

  get root(): Place {
    return this.#document?.contents;
  }

  problemAt(offset: number, what: string, suggestion?: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({
      line: Math.max(1, line),
      column: Math.max(1, col),
      what: sanitise(what),
      ...(suggestion === undefined ? {} : { suggestion: sanitise(suggestion) as SafeText }),
    });
  }

  /** A problem at a node; the document's start when there is none. */
  problem(place: Place, what: string, suggestion?: string): void {
    this.problemAt(place?.range?.[0] ?? 0, what, suggestion);
  }

  /** The node itself, or what an alias stands for. */
  resolve(place: Place): Place {
    return isAlias(place) && this.#document ? place.resolve(this.#document) : place;
  }

  /** The fields of a mapping. Keys that are not in `known` are problems, and so is a place that holds no mapping. */
  map(place: Place, name: string, known: readonly string[]): Fields | undefined {
    const node = this.resolve(place);
    if (!isMap(node)) {
      this.problem(place, `${name} must be a mapping`, `it has the keys ${known.join(', ')}`);
      return undefined;
    }
    const fields: Record<string, Node | null> = Object.create(null);
    for (const { key, value } of (node as YAMLMap<Node, Node | null>).items) {
      const text = isScalar(key) ? String(key.value) : '';
      if (known.includes(text)) fields[text] = value ?? (key as Node);
      else {
        const near = nearest(text, known);
        this.problem(
          key,
          text === '' ? 'a key must be a word' : `unknown key "${text.slice(0, 40)}"`,
          near ? `did you mean ${near}?` : `known are ${known.join(', ')}`,
        );
      }
    }
    return fields;
  }

  /** The entries of a mapping whose keys are free words or numbers; a problem and nothing when it is none. */
  entries(
    place: Place,
    name: string,
    example: string,
  ): readonly { readonly key: string; readonly at: Place; readonly value: Place }[] | undefined {
    const node = this.resolve(place);
    if (!isMap(node)) {
      this.problem(place, `${name} must be a mapping`, `for example ${example}`);
      return undefined;
    }
    return (node as YAMLMap<Node, Node | null>).items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.value) : '',
      at: key,
      value: value ?? key,
    }));
  }

  /** The items of a list; a problem and nothing otherwise. */
  list(place: Place, name: string, example: string): readonly Place[] | undefined {
    const node = this.resolve(place);
    if (isSeq(node)) return node.items as readonly Place[];
    this.problem(place, `${name} must be a list`, `for example ${example}`);
    return undefined;
  }

  /** A text. A number counts as the digits that were written, since ids and fingerprints may have only digits. */
  text(place: Place, name: string): string | undefined {
    const node = this.resolve(place);
    if (isScalar(node)) {
      const { value, source } = node as Scalar;
      if (typeof value === 'string' && value.trim() !== '') return value;
      if (typeof value === 'number' && source) return source;
    }
    this.problem(place, `${name} must be a text`);
    return undefined;
  }

  /** true or false. */
  flag(place: Place, name: string): boolean | undefined {
    const node = this.resolve(place);
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    this.problem(place, `${name} must be true or false`);
    return undefined;
  }

  /** The bare value of a scalar. */
  value(place: Place): unknown {
    const node = this.resolve(place);
    return isScalar(node) ? node.value : undefined;
  }
}
