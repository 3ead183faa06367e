import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { createMask, isDistinct, shownUnlessToken, withoutTokens } from "../../../src/model/text/mask.ts";
import { type Echo, escapes, forms } from "./echoes.ts";

const token = '12|s3cr3t/T0ken+of="the"-account_&1%41\\x';

/** As tokens may be: printable ASCII without spaces. */
const tokens = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 8,
    maxLength: 60,
  })
  .filter((token) => !token.endsWith("\\")); // its backslash could be one that escapes what follows: it may stay
const likelyTokens = fc.string({
  unit: fc.constantFrom(..."abcdefghijABCDEFGHIJ0123456789-_|.+/="),
  minLength: 16,
  maxLength: 60,
});
const form = fc.constantFrom(...forms);
const around = fc.array(fc.constantFrom(...escapes), { maxLength: 3 });

function echoed(secret: string, { write }: Echo, inside: readonly Echo[]): string {
  return inside.reduce((text, outer) => outer.write(text), write(secret));
}

describe("a mask", () => {
  test.each(forms)("takes out a token in $name", ({ write }) => {
    expect(createMask(token)(`"header": "${write(token)}", refused`)).toBe('"header": "***", refused');
  });

  test.each(escapes)("takes out a token escaped as $name", ({ write }) => {
    expect(createMask(token)(`no ${write(token)}.`)).toBe("no ***.");
  });

  it("takes out whatever token in whatever form, and leaves what stands around it", () => {
    fc.assert(
      fc.property(fc.oneof(tokens, likelyTokens), form, around, (secret, plain, inside) => {
        const echo = echoed(secret, plain, inside);
        const masked = createMask(secret)(`was: ${echo} (no)`);
        expect(masked).toBe("was: *** (no)");
      }),
      { numRuns: 3000 },
    );
  });

  it("takes out every one of many", () => {
    const text = forms.map(({ write }) => write(token)).join(" and ");
    expect(createMask(token)(text)).toBe(forms.map(() => "***").join(" and "));
  });

  it("takes out what a server cut off, but for the few characters that tell nothing", () => {
    for (let length = 12; length < token.length; length += 1) {
      expect(createMask(token)(`Bearer ${token.slice(0, length)}…`)).toMatch(/^Bearer \*\*\*\\*…$/);
    }
  });

  it("takes out a long one that is broken over lines, and a short one only in one piece", () => {
    expect(createMask(token)(`${token.slice(0, 20)}\n  ${token.slice(20)}!`)).toBe("***!");
    expect(createMask("t0ken-42")("t0ken\n-42")).toBe("t0ken\n-42");
  });

  it("leaves text without it exactly as it is, whatever is in it", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.webUrl(), fc.base64String());
    fc.assert(
      fc.property(text, (without) => {
        expect(createMask("q7Q-not-in-any-of-these")(without)).toBe(without);
      }),
    );
  });

  it("of nothing takes out nothing", () => {
    expect(createMask("")("text")).toBe("text");
  });
});

describe("what could be a token", () => {
  test.each([
    { secret: "sandbox", distinct: false },
    { secret: "rehearsal", distinct: false },
    { secret: "s3cr3t", distinct: false },
    { secret: "tok-4711", distinct: true },
    { secret: "averylongwordindeed", distinct: true },
  ])("$secret stands in no data by chance: $distinct", ({ secret, distinct }) => {
    expect(isDistinct(secret)).toBe(distinct);
  });

  test.each([
    { text: "12|AbCdEfGhIjKlMnOp", shown: "a text of 19 characters" },
    { text: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdef1234567890", shown: "a text of 57 characters" },
    { text: "0123456789abcdef0123456789abcdef", shown: "a text of 32 characters" },
    { text: "acme-holdings-2024", shown: '"acme-holdings-2024"' },
    { text: "exports/Orders-Of-January-2024.csv", shown: '"exports/Orders-Of-January-2024.csv"' },
    { text: "ten", shown: '"ten"' },
    { text: "two words with 12 and more", shown: '"two words with 12 and more"' },
  ])("is not shown: $text", ({ text, shown }) => {
    expect(shownUnlessToken(text)).toBe(shown);
  });

  it("is left out of a message, and nothing else is", () => {
    expect(withoutTokens('api: must be a map, not "12|AbCdEfGhIjKlMnOp"')).toBe('api: must be a map, not "…"');
    const said = "inputs[0].requests_per_second: must be at most 1000. Did you mean max_requests_per_second?";
    expect(withoutTokens(said)).toBe(said);
  });
});
