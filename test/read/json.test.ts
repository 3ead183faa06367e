import { describe, expect, it, test } from "vitest";
import { openInput, parseRow } from "../../src/read/open.ts";
import { faultOf, longStdin, plain, readText } from "./read-text.ts";

const json = { format: "json" } as const;
const ndjson = { format: "ndjson" } as const;

describe("rows of a JSON file", () => {
  it("are the elements with their own text and line", async () => {
    const text = '[\r\n  {"a": 1},\r\n  {\r\n    "b": [1, "]}"]\r\n  }, {"c": "\\"["}\r\n]\r\n';
    const { rows, info } = await readText(text, json);
    expect(rows.map(({ number, line, raw }) => [number, line, raw])).toEqual([
      [1, 2, '{"a": 1}'],
      [2, 3, '{\r\n    "b": [1, "]}"]\r\n  }'],
      [3, 5, '{"c": "\\"["}'],
    ]);
    expect(info).toEqual({
      path: "-",
      format: "json",
      encoding: "utf-8",
      bom: false,
      gzip: false,
      newline: "\r\n",
      detected: [],
    });
  });

  it("of an empty array are none", async () => {
    expect((await readText(" [ ] ", json)).rows).toEqual([]);
  });

  it("are found at source.records, past other members", async () => {
    const text = `{"orders": {"data": 1}, "note": "\\"data\\": {", "deep": [[{}, "]"]], "data": {"n": -1.5e3, "orders": [{"a": 1}], "more": {}}, "end": null}`;
    for (const pieceLength of [1, 4, 1000]) {
      const { rows, info } = await readText(text, { ...json, records: "data.orders" }, pieceLength);
      expect(rows.map(({ raw }) => raw)).toEqual(['{"a": 1}']);
      expect(info.records).toBe("data.orders");
    }
  });

  test.each([
    { text: '{"a.b": [{"x":1}]}', records: "a.b" },
    { text: '{"a": {"b.c": [{"x":1}]}}', records: "a.b.c" },
    { text: '{"\\u0061": [{"x":1}]}', records: "a" },
    { text: '{"A": [], "a": [{"x":1}]}', records: "a" },
  ])("are found at $records of $text: keys are compared exactly", async ({ text, records }) => {
    expect((await readText(text, { ...json, records })).rows.map(({ raw }) => raw)).toEqual(['{"x":1}']);
  });

  it("come in bounded batches and keep their order", async () => {
    const text = JSON.stringify(Array.from({ length: 1100 }, (_, id) => ({ id })));
    const { rows } = await readText(text, json, 11);
    expect(rows.map(({ cells }) => cells.id)).toEqual(Array.from({ length: 1100 }, (_, id) => String(id)));
  });
});

describe("an element that is no row", () => {
  test.each([
    { element: "null", code: "not_an_object", says: "null found" },
    { element: "12", code: "not_an_object", says: "a number found" },
    { element: '"text"', code: "not_an_object", says: "a string found" },
    { element: "[1]", code: "not_an_object", says: "an array found" },
    { element: '{"a":1,}', code: "unreadable_element", says: "not JSON" },
    { element: '{"a":01}', code: "unreadable_element", says: "not JSON" },
    { element: "nothing", code: "unreadable_element", says: "not JSON" },
    { element: '{"a":NaN}', code: "unreadable_element", says: "not JSON: NaN is where JSON has null" },
    { element: '{"a":[1,-Infinity]}', code: "unreadable_element", says: "not JSON: -Infinity is where JSON" },
    { element: '{"a":"NaN, x","b":True}', code: "unreadable_element", says: "True is where JSON has true" },
    { element: `{"a":${"[".repeat(150)}${"]".repeat(150)}}`, code: "unreadable_element", says: "levels deep" },
    { element: '{"a":"x\\ud83d"}', code: "unreadable_element", says: "a lone surrogate" },
    { element: '{"a":"\\uDE00\\uD83D"}', code: "unreadable_element", says: "a lone surrogate" },
    { element: '{"a\\uDBFF":"x"}', code: "unreadable_element", says: "half a character" },
    { element: '{"a":[{"b\\uDBFF":1}]}', code: "unreadable_element", says: "half a character" },
    { element: '{"a":[{"b":["\\udc00"]}],"n":1.50}', code: "unreadable_element", says: "half a character" },
    { element: '{"sku":"A\\u0000B"}', code: "unreadable_element", says: "holds a NUL" },
    { element: '{"sku\\u0000":"A"}', code: "unreadable_element", says: "holds a NUL" },
    { element: '{"a":[{"b\\u0000":1}],"n":1.50}', code: "unreadable_element", says: "holds a NUL" },
    {
      element: `{"a":1.50,"b":${"[".repeat(90_000)}${"]".repeat(90_000)}}`,
      code: "unreadable_element",
      says: "levels deep",
    },
  ])("is its own fault: $code, $says", async ({ element, code, says }) => {
    const array = await readText(`[{"a":1},\n${element},{"b":2}]`, json);
    const lines = await readText(`{"a":1}\n${element}\n{"b":2}`, ndjson);
    for (const { rows } of [array, lines]) {
      expect(rows).toHaveLength(3);
      expect(rows[1]).toMatchObject({ raw: element, line: 2, fault: { code, file: "in.txt", line: 2, row: 2 } });
      expect(rows[1]?.fault?.message).toContain(says);
      expect(rows[0]?.fault ?? rows[2]?.fault).toBeUndefined();
      expect(plain(rows[1]?.cells)).toEqual({});
    }
  });
});

describe("a key that stands twice in one object", () => {
  test.each([
    { element: '{"sku":"A","sku":"B"}', column: "sku", at: "2:2 and 2:12" },
    { element: '{"sku":"A","n":1.50,"sku":"A"}', column: "sku", at: "2:2 and 2:21" },
    { element: '{"sku":"A","lines":[{"qty":1},{"qty":2,"qty":3}]}', column: "lines.1.qty", at: "2:32 and 2:40" },
    { element: '{"sku":"A","_import":{"problem":"row 3: x"},"_import":{}}', column: "_import", at: "2:12 and 2:45" },
  ])("is that element's fault, with the key and both places: $element", async ({ element, column, at }) => {
    const array = await readText(`[{"a":1},\n${element},{"b":2}]`, json);
    const lines = await readText(`{"a":1}\n${element}\n{"b":2}`, ndjson);
    const fault = { code: "duplicate_json_key", file: "in.txt", line: 2, row: 2, column };
    for (const { rows } of [array, lines]) {
      expect(rows[1]).toMatchObject({ raw: element, fault });
      expect(rows[0]?.fault ?? rows[2]?.fault).toBeUndefined();
    }
    expect(lines.rows[1]?.fault?.message).toContain(`in one object (at ${at})`);
    // Where in its line an element of an array begins is not known.
    expect(array.rows[1]?.fault?.message).toContain("in one object (at 2)");
  });

  it("is placed by line and column over several lines", async () => {
    const { rows } = await readText('[\r\n  {\r\n    "sku": "A",\r\n    "sku": "B"\r\n  }\r\n]', json);
    expect(rows[0]?.fault?.message).toContain('the key "sku" occurs twice in one object (at 3:5 and 4:5)');
  });
});

it("keeps characters that are a pair of surrogates, escaped or not, and text that looks like an escape", async () => {
  const { rows } = await readText('[{"a":"😀","b":"\\ud83d\\ude00","c":"\\\\ud83d"}]', json);
  expect(plain(rows[0]?.cells)).toEqual({ a: "😀", b: "😀", c: "\\ud83d" });
  expect(rows[0]).not.toHaveProperty("fault");
});

describe("JSON that is broken around its elements ends the read", () => {
  test.each([
    { text: '[{"a":1}\n{"b":2}]', message: 'in.txt:2: "," or "]" is expected, "{" found: this is not valid JSON' },
    { text: '[{"a":1},\n]', message: 'in.txt:2: a value is expected, "]" found: this is not valid JSON' },
    { text: '[,{"a":1}]', message: 'in.txt:1: a value is expected, "," found: this is not valid JSON' },
    { text: '[{"a":1}]\n\nx', message: 'in.txt:3: the end of the file is expected, "x" found: this is not valid JSON' },
    { text: '[{"a":1}][]', message: 'in.txt:1: the end of the file is expected, "[" found: this is not valid JSON' },
    { text: '[{"a":1},\n{"b":"x\n', message: "in.txt:2: the file ends in the middle of its JSON" },
    { text: '[{"a":1},\n{"b":2}\n', message: "in.txt:3: the file ends in the middle of its JSON" },
    { text: '[{"a":1},', message: "in.txt:1: the file ends in the middle of its JSON" },
    { text: "  \n", message: "in.txt:2: the file ends in the middle of its JSON" },
    { text: "hello", message: 'in.txt:1: "[" is expected, "h" found: this is not valid JSON' },
  ])("$message", async ({ text, message }) => {
    for (const pieceLength of [1, 1000]) {
      expect(await faultOf(readText(text, json, pieceLength))).toMatchObject({ code: "INPUT_UNREADABLE", message });
    }
  });

  test.each([
    { text: '{"m": {a:1}, "r": []}', says: "what starts on this line is not JSON" },
    { text: '{"m" 1, "r": []}', says: '":" is expected' },
    { text: '{"m": , "r": []}', says: "a value is expected" },
    { text: '{"m": 1 "r": []}', says: '"," or "}" is expected' },
    { text: '{m: 1, "r": []}', says: "a key in quotes is expected" },
    { text: '{"r": [], "m": nul}', says: "what starts on this line is not JSON" },
    { text: '{"r": [],}', says: "a key in quotes is expected" },
    { text: '{"r": []', says: "ends in the middle" },
    { text: '{"r": []} {"r": []}', says: "the end of the file is expected" },
    { text: '{"r": [], "r": []}', says: 'the key "r" of source.records occurs twice' },
    { text: '{"r": [], "m": 1, "m": 2, "\\u0072": []}', says: 'the key "r" of source.records occurs twice' },
  ])("$text at source.records: r", async ({ text, says }) => {
    const fault = await faultOf(readText(text, { ...json, records: "r" }));
    expect(fault.code).toBe("INPUT_UNREADABLE");
    expect(fault.message).toMatch(/^in\.txt:1: /);
    expect(fault.message).toContain(says);
  });
});

it("refuses an object in which two keys lead to source.records", async () => {
  const settings = { ...json, records: "data.orders" };
  for (const [text, says] of [
    ['{"data": {"orders": []}, "data.orders": []}', 'the keys "data" and "data.orders" of one object'],
    ['{"data.orders": [], "data": {"orders": []}}', 'the keys "data.orders" and "data" of one object'],
    ['{"data": {"orders": [], "orders": []}}', 'the key "orders" of source.records occurs twice'],
  ] as const)
    expect((await faultOf(readText(text, settings))).message).toContain(says);
});

describe("a missing or wrong source.records", () => {
  const text = '{"meta": {"tags": ["x"]}, "data": {"orders": [{"items": [{}]}], "total": 1}, "people": [ {"a":1} ]}';
  it("gets a hint that names where arrays of objects stand", async () => {
    expect(await faultOf(readText(text, json))).toEqual({
      code: "INPUT_UNREADABLE",
      message: "in.txt:1: the file holds one object, not an array of rows",
      hint: "say where the rows are: source.records: data.orders (or people)",
    });
  });

  test.each([
    { records: "data.order", says: 'nothing at "data.order"' },
    { records: "nix", says: 'nothing at "nix"' },
    { records: "data", says: '"data" is not an array' },
    { records: "people.x", says: '"people" is not an object' },
  ])("$records: $says", async ({ records, says }) => {
    const fault = await faultOf(readText(text, { ...json, records }));
    expect(fault.message).toContain(says);
    expect(fault.hint).toContain("data.orders");
  });

  it("is left out for an array at the top", async () => {
    expect((await faultOf(readText("[]", { ...json, records: "a" }))).hint).toContain("leave source.records out");
  });
});

describe("NDJSON", () => {
  it("skips blank lines, counts them, and keeps each line as it is", async () => {
    for (const pieceLength of [1, 2, 1000]) {
      const { rows, info } = await readText('\r\n {"a":1} \r\n\r\n{"b":"é"}', ndjson, pieceLength);
      expect(rows.map(({ number, line, raw }) => [number, line, raw])).toEqual([
        [1, 2, ' {"a":1} '],
        [2, 4, '{"b":"é"}'],
      ]);
      expect(info.newline).toBe("\r\n");
    }
  });
});

test.each([
  { what: "an NDJSON line", settings: ndjson, before: '{"a":1}\n', open: '{"a":"' },
  { what: "a JSON element", settings: json, before: '[{"a":1},\n', open: '{"a":"' },
])("$what over 8 MB ends the read without the rest being read", async ({ settings, before, open }) => {
  const { stdin, taken } = longStdin(before + open);
  const read = async () => {
    await using input = await openInput("-", "in.txt", settings, { stdin });
    for await (const _ of input.batches());
  };
  expect(await faultOf(read())).toMatchObject({
    code: "INPUT_UNREADABLE",
    message: "in.txt:2: the row that starts here is longer than 8 MB",
  });
  expect(taken()).toBeLessThan(100);
});

describe("cells of JSON", () => {
  test.each([
    { json: "1", is: "1" },
    { json: "1.10", is: "1.10" },
    { json: "1.5", is: "1.5" },
    { json: "-0", is: "-0" },
    { json: "-0.0", is: "-0.0" },
    { json: "1e5", is: "1e5" },
    { json: "1E400", is: "1E400" },
    { json: "0.0000001", is: "0.0000001" },
    { json: "0.00001", is: "0.00001" },
    { json: "1234567890123456789", is: "1234567890123456789" },
    { json: "123456789012345", is: "123456789012345" },
    { json: "0.1234567890123456789", is: "0.1234567890123456789" },
    { json: "123456789.123456", is: "123456789.123456" },
    { json: "true", is: "true" },
    { json: "false", is: "false" },
    { json: "null", is: "" },
    { json: '"  000123 "', is: "000123" },
    { json: '"1.50"', is: "1.50" },
    { json: '"\\u00e9\\n"', is: "é" },
    { json: '[1.0, [" x ", null], {"y": 2.50}]', is: ["1.0", ["x", ""], { y: "2.50" }] },
    { json: "{}", is: {} },
  ])("$json is $is", async ({ json: text, is }) => {
    const { rows, info } = await readText(`{"a": ${text}}`, ndjson);
    expect(plain(rows[0]?.cells)).toEqual({ a: is });
    expect(parseRow(info, rows[0]?.raw ?? "")).toEqual(rows[0]?.cells);
  });

  test.each(["1", "1.50"])("keys named like parts of Object are ordinary (beside %s)", async (number) => {
    const { rows } = await readText(`{"__proto__": {"__proto__": ${number}}, "constructor": "c"}`, ndjson);
    const cells = rows[0]?.cells ?? {};
    expect(Object.keys(cells)).toEqual(["__proto__", "constructor"]);
    const inner = Object.entries(cells)[0]?.[1];
    expect(Object.entries(inner ?? {})).toEqual([["__proto__", number]]);
    for (const object of [cells, inner]) expect(Object.getPrototypeOf(object)).toBeNull();
  });

  it("leave out what a failures file added, at the top only", async () => {
    const { rows } = await readText('{"a": {"_import": 1}, "_import": {"outcome": "invalid"}}', ndjson);
    expect(plain(rows[0]?.cells)).toEqual({ a: { _import: "1" } });
    expect(rows[0]).not.toHaveProperty("retryOf");
    const noted = await readText('{"a": 1.10, "_import": {"problem": "row 12: no price"}}', ndjson);
    expect(noted.rows[0]?.retryOf).toBe(12);
  });
});

it("a comma behind an NDJSON line is named, and what to do about it", async () => {
  const { rows } = await readText('{"a":1},\n{"a":2}\n', ndjson);
  expect(rows.map(({ fault }) => fault?.message)).toEqual([
    expect.stringMatching(/there is a comma after the object; .* source\.format: json/),
    undefined,
  ]);
});
