import { describe, expect, it, test } from "vitest";
import { email, requiredText, text, texts } from "../../../src/model/resources/field.ts";

describe("limits of text", () => {
  // mb_strlen, by which Laravel measures, gives 1 for each of these.
  test.each(["x", "ä", "文", "😀"])("count %s as one character", (character) => {
    expect(text(5).safeParse(character.repeat(5)).success).toBe(true);
    expect(requiredText(5).safeParse(character.repeat(5)).success).toBe(true);
    expect(texts(5).safeParse([character.repeat(5)]).success).toBe(true);
    for (const schema of [text(5), requiredText(5)]) {
      expect(schema.safeParse(character.repeat(6)).error?.issues).toMatchObject([{ code: "too_big", maximum: 5 }]);
    }
    expect(texts(5).safeParse([character.repeat(6)]).error?.issues).toMatchObject([{ code: "too_big", path: [0] }]);
  });

  it("do not depend on how long the text is otherwise", () => {
    expect(text().safeParse("😀".repeat(1000)).success).toBe(true);
    expect(requiredText().safeParse("").success).toBe(false);
  });
});

describe("e-mail addresses", () => {
  test.each([
    "ann@example.com",
    "ann.lee+shop@mail.example.co.uk",
    "o'neil@example.ie",
    "jürgen@müller.de",
    "名前@例え.jp",
    "root@localhost",
    '"ann lee"@example.com',
    "a@xn--mller-kva.de",
    "a@[192.0.2.1]",
  ])("%s may be one: the API decides", (address) => {
    expect(email(255).safeParse(address).success).toBe(true);
  });

  test.each([
    "nobody",
    "@example.com",
    "ann@",
    "ann@@example.com",
    "ann @example.com",
    "a@b.com, c@d.com",
    "a@b.com;c@d.com",
    "",
  ])("%s is none", (address) => {
    expect(email(255).safeParse(address).error?.issues).toMatchObject([{ code: "invalid_format" }]);
  });

  it("are bounded like any text", () => {
    expect(email(20).safeParse(`${"x".repeat(20)}@example.com`).error?.issues).toMatchObject([{ code: "too_big" }]);
  });
});
