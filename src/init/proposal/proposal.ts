// What was guessed, as data: the recipes make it, people may change it, write-mapping.ts and write-job.ts write it down.
import type { Json } from "../../model/json.ts";
import type { ResourceName } from "../../model/resource.ts";

/** What a file holds. `lines` and `reference` are joined to others; nothing is written for `unknown`. */
export const roles = ["products", "kits", "orders", "lines", "reference", "unknown"] as const;
/** One of `roles`. */
export type Role = (typeof roles)[number];

/** One field with its source. A low one is written as a comment. */
export interface Guess {
  readonly kind: "guess";
  readonly path: string;
  /** As it stands behind the colon. */
  readonly spec: Json;
  /** The columns that the value is made of. */
  readonly columns: readonly string[];
  readonly confidence: Confidence;
  readonly why: string;
}

/** Something that only a person can say: a marked line. */
export interface Todo {
  readonly kind: "todo";
  readonly path: string;
  /** What stands behind `# TODO`. */
  readonly text: string;
  /** Without it nothing can be imported. */
  readonly isRequired: boolean;
  /** What stands behind `path:` in the line that is proposed, in a comment. */
  readonly proposes?: Json;
  /** The column whose cells leave it open. */
  readonly column?: string;
  /** Set where one of a few answers settles it. */
  readonly asks?: Asked;
}

/** A question with a few answers. Marked lines of a mapping that are about the same thing are one question. */
export interface Asked {
  /** Such as `the unit of weights`. */
  readonly about: string;
  readonly column: string;
  /** Three of its cells at most. */
  readonly cells: readonly string[];
  readonly answers: readonly {
    /** Such as `kg`. */
    readonly name: string;
    /** What stands behind the colon then. */
    readonly spec: Json;
    /** What its cells would mean. */
    readonly evidence: string;
  }[];
}

/** A line of `fields:`. */
export type Line = Guess | Todo;

/** A list of objects in the payload. */
export interface ProposedChild {
  readonly list: string;
  readonly each: Json;
  readonly where?: string;
  /** What the elements come to, in place of their price. */
  readonly amounts?: { readonly spec: Json; readonly columns: readonly string[]; readonly why: string };
  readonly lines: readonly Line[];
}

/** Another file whose rows belong to the entries. */
export interface ProposedJoin {
  readonly name: string;
  /** The file as people know it. */
  readonly shown: string;
  readonly theirs: string;
  readonly ours: string;
  readonly one: boolean;
}

/** A mapping that can be written. */
export interface ProposedMapping {
  /** The input's name, and the file's: `<name>.yaml`. */
  readonly name: string;
  readonly shown: string;
  readonly role: Role;
  readonly resource: ResourceName;
  /** Why it is taken for that. */
  readonly why: string;
  /** What is said under `source:`, with the reason. */
  readonly source: readonly { readonly key: string; readonly value: Json; readonly why: string }[];
  readonly sourceTodos: readonly Todo[];
  /** The question of what the file is at all, where its columns do not tell. */
  readonly kindTodo?: string;
  /** How other rows of the file are found. */
  readonly index?: { readonly spec: Json; readonly why: string };
  /** Which rows count. */
  readonly where?: { readonly expr: string; readonly why: string };
  readonly group?: { readonly spec: Json; readonly why: string };
  /** The source's own sums, where what is mapped adds up to them. */
  readonly totals?: { readonly spec: Json; readonly why: string };
  readonly joins: readonly ProposedJoin[];
  readonly lines: readonly Line[];
  readonly children: readonly ProposedChild[];
  /** Columns that nothing is made of. */
  readonly unused: readonly string[];
}

/** A file that nothing is written for. */
export interface Unrecognised {
  readonly shown: string;
  readonly columns: readonly string[];
}

/** What a file was taken for, also one that is joined to another or not recognised. */
export interface RecognisedFile {
  readonly name: string;
  readonly shown: string;
  readonly role: Role;
  readonly why: string;
}

/** Everything that was guessed. */
export interface Proposal {
  readonly files: readonly RecognisedFile[];
  readonly mappings: readonly ProposedMapping[];
  readonly unrecognised: readonly Unrecognised[];
  /** The channel of the job, for orders that name none; absent where nobody said it. */
  readonly channel?: string;
  /** Orders say no channel, and nobody said one for the job. */
  readonly needsChannel: boolean;
}

/** Every line of a mapping, those of its children by their payload path. */
export function allLines({ lines, children }: Pick<ProposedMapping, "lines" | "children">): readonly Line[] {
  return [
    ...lines,
    ...children.flatMap((child) => child.lines.map((line) => ({ ...line, path: `${child.list}.${line.path}` }))),
  ];
}

/** `high`: name and cells agree; `medium`: one of them says so; `low`: a possibility, written as a comment. */
export type Confidence = "high" | "medium" | "low";
