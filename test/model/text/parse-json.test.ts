import { describe, expect, it } from "vitest";
import { parseJson } from "../../../src/model/text/parse-json.ts";
import { parseElement } from "../../../src/read/cells.ts";

/** Objects with a key that is a backslash, after which Node 24 takes `\"` for it. */
function teach(): void {
  for (let time = 0; time < 50; time++) JSON.parse('{"\\\\":1,"a":2}');
  for (let time = 0; time < 50; time++) JSON.parse('{"\\"":[],"\\\\":{}}');
}

describe("a key that is written with an escape is read as it is, whatever was read before", () => {
  it("in any text", () => {
    teach();
    expect(parseJson('{"\\"":[],"\\"":{}}')).toEqual({ '"': {} });
    expect(parseJson('{"\\"":[1.5,"x"],"\\n":{"\\"":true}}')).toEqual({ '"': [1.5, "x"], "\n": { '"': true } });
    expect(parseJson('{"\\\\":1}')).toEqual({ "\\": 1 });
  });

  it("in an element of an input", () => {
    teach();
    expect(parseElement('{"\\"":"a","\\n":"b"}').cells).toEqual({ '"': "a", "\n": "b" });
    expect(parseElement('{"\\"":[],"\\"":{}}').fault).toMatchObject({ code: "duplicate_json_key" });
  });
});
