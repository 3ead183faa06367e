// Keys that stand twice in one JSON object, against a writer that knows which ones it wrote twice.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { describeRepeated, repeatedKeys } from "../../../src/model/text/json-keys.ts";
import { parseJson } from "../../../src/model/text/parse-json.ts";

const found = (text: string) =>
  repeatedKeys(text, JSON.parse(text)).map(({ path, at }) => ({ path, times: at.length }));

describe("a key that stands twice in one object", () => {
  test.each([
    { text: '{"a":1,"a":2}', path: "a", times: 2 },
    { text: '{"a":1,"b":{"a":1},"a":1,"a":3}', path: "a", times: 3 },
    { text: '{"items":[{"q":1},{"q":1,"q" : 2}]}', path: "items.1.q", times: 2 },
    { text: '{"a":[[{}],[{"b":{"c":[],"c":{}}}]]}', path: "a.1.0.b.c", times: 2 },
    { text: '{"sku":"A","\\u0073ku":"B"}', path: "sku", times: 2 },
    { text: '{"":1,"":2}', path: "", times: 2 },
    { text: '{"__proto__":1,"__proto__":2}', path: "__proto__", times: 2 },
    { text: '{"a":"x\\":","a":"\\\\"}', path: "a", times: 2 },
    { text: '{"k":{"a":1,\n"a":2}}', path: "k.a", times: 2 },
    { text: '{"q\\"":1,"q\\"":2}', path: 'q"', times: 2 },
  ])("is found in $text", ({ text, path, times }) => {
    expect(found(text)).toEqual([{ path, times }]);
  });

  test.each([
    '{"a":{"a":{"a":1}},"b":{"a":2}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","A":"\\"a\\":1","a ":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":": \\": ","b\\\\":["\\":", ":"]}',
    '{"a" : 1,\t"b"\r\n:2}',
    "{}",
    '"a: \\": b"',
  ])("is not seen in %s", (text) => {
    expect(found(text)).toEqual([]);
  });

  it("is found wherever it was written, and nowhere else", () => {
    const key = fc.constantFrom("a", "b", '"', ":", '":', "\\", "a.b", "\u0000", "é");
    const { value } = fc.letrec<{ value: { text: string; repeats: number } }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom("a", '":', '"a":1', "\\", 1, null).map((leaf) => ({ text: JSON.stringify(leaf), repeats: 0 })),
        fc.array(tie("value"), { maxLength: 3 }).map((items) => ({
          text: `[${items.map(({ text }) => text).join(", ")}]`,
          repeats: items.reduce((sum, { repeats }) => sum + repeats, 0),
        })),
        fc.array(fc.tuple(key, tie("value"), fc.constantFrom("", " ", "\n")), { maxLength: 4 }).map((members) => ({
          text: `{${members.map(([name, { text }, space]) => `${space}${JSON.stringify(name)}${space}:${space}${text}`).join(",")}}`,
          repeats:
            members.reduce((sum, [, { repeats }]) => sum + repeats, 0) +
            new Set(members.map(([name]) => name).filter((name, at, all) => all.indexOf(name) !== at)).size,
        })),
      ),
    }));
    fc.assert(
      // What is read knows nothing of the earlier values of a repeated key; what repeats in them is found too.
      fc.property(value, ({ text, repeats }) => {
        expect(repeatedKeys(text, parseJson(text))).toHaveLength(repeats);
      }),
      { numRuns: 2000 },
    );
  });
});

it("is told with its places, and the others by their paths", () => {
  const text = '{"a":1,"b":{"c":1,"c":2},"a":2,"a":3,"a":4}';
  const repeated = repeatedKeys(text, JSON.parse(text));
  expect(describeRepeated(repeated.slice(0, 1))).toBe(
    'the key "c" occurs twice in one object, so it is not known which value counts',
  );
  expect(describeRepeated(repeated, (offset) => `1:${offset + 1}`)).toBe(
    'the key "c" occurs twice in one object (at 1:13 and 1:19), so it is not known which value counts; so does "a"',
  );
});
