// Origins that are found out when somebody asks for them: most drafts are never asked, and telling them costs another mapping.
import type { Origin, Origins } from "../model/draft.ts";

/** The origins that `find` gives, which is called once at most, by the first question. */
export function lateOrigins(find: () => Origins): Origins {
  return new LateOrigins(find);
}

// A class, and not a getter in the draft: objects that are given a getter each have a shape of their own each.
class LateOrigins implements Origins {
  readonly #find: () => Origins;
  #found: Origins | undefined;

  constructor(find: () => Origins) {
    this.#find = find;
  }

  get #origins(): Origins {
    this.#found ??= this.#find();
    return this.#found;
  }

  get size(): number {
    return this.#origins.size;
  }

  get(path: string): readonly Origin[] | undefined {
    return this.#origins.get(path);
  }

  has(path: string): boolean {
    return this.#origins.has(path);
  }

  keys(): MapIterator<string> {
    return this.#origins.keys();
  }

  values(): MapIterator<readonly Origin[]> {
    return this.#origins.values();
  }

  entries(): MapIterator<[string, readonly Origin[]]> {
    return this.#origins.entries();
  }

  [Symbol.iterator](): MapIterator<[string, readonly Origin[]]> {
    return this.entries();
  }

  forEach(tell: (value: readonly Origin[], key: string, map: Origins) => void): void {
    this.#origins.forEach(tell);
  }
}
