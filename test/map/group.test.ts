import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { maxGroupRows } from "../../src/map/group.ts";
import type { RowGroup, SourceRow } from "../../src/model/draft.ts";
import { compiled, draftOf, group, groupsOf, sourceRow, sourceRows } from "./rows.ts";

const grouped = (settings: string, above = "") =>
  compiled(
    `version: 1\nresource: sales_orders\n${above}group: { by: No, ${settings} }\nfields: { order_number: No, customer_notes: Note }\n`,
  );

/** `a` is a readable row with the key a, `-` one with a blank key, `!a` and `!-` could not be read, `.` is excluded. */
function rowsOf(pattern: string): readonly SourceRow[] {
  return pattern.split(" ").map((word, index) => {
    const fault = word.startsWith("!") ? { code: "ragged_row" as const, message: "3 cells, 2 expected" } : undefined;
    const key = word.replace("!", "").replace("-", "");
    return sourceRow(
      { No: key === "." ? "x" : key, Note: "", Keep: key === "." ? "no" : "yes" },
      index + 1,
      "in.csv",
      fault,
    );
  });
}

/** Groups as text: the row numbers, and what damages each: `+` its own row, `~` one that it may have lost, `?` a blank key. */
function shown(groups: readonly RowGroup[]): string {
  const marks: Record<string, string> = { ragged_row: "+", group_damaged: "~", missing_value: "?" };
  return groups
    .map(
      ({ rows, damage }) =>
        rows.map(({ row }) => row.number).join("") + damage.map(({ code, row }) => `${marks[code]}${row}`).join(""),
    )
    .join(" ");
}

it("takes the first of several columns that is not blank as the key, and names it when all are blank", async () => {
  const mapping = compiled(
    "version: 1\nresource: sales_orders\nsource: { blank: [n/a] }\ngroup: { by: { from: [No, Nr] } }\nfields: { order_number: [No, Nr] }\n",
  );
  const rows = sourceRows([
    { No: "1", Nr: "2" },
    { No: "", Nr: "1" },
    { No: "n/a", Nr: "2" },
    { No: "", Nr: "" },
  ]);
  const { groups } = await groupsOf(mapping, rows);
  expect(shown(groups)).toBe("12 3 4?4");
  const german = await groupsOf(mapping, sourceRows([{ Nr: "" }]));
  expect(german.groups[0]?.damage).toEqual([expect.objectContaining({ column: "Nr" })]);
});

describe("rows: adjacent", () => {
  test.each([
    { rows: "a a b", groups: "12 3", claim: "rows with one key in a row are a group" },
    { rows: "a b a", groups: "1 2 3", claim: "a key that comes back starts another" },
    { rows: "a . a", groups: "13", claim: "an excluded row does not part a group" },
    { rows: "a - b", groups: "1 2?2 3", claim: "a blank key is an entry of its own, with a problem" },
    { rows: "a !a a b", groups: "123+2 4", claim: "a faulty row belongs to the open group that its key names" },
    { rows: "a !a b", groups: "12+2 3~2", claim: "the group below may have lost it too" },
    { rows: "a !- b", groups: "12+2 3~2", claim: "without a key it belongs to the one above" },
    {
      rows: "a !b b c",
      groups: "1~2 23+2 4",
      claim: "with a new key it starts a group, and the one above may have lost it",
    },
    { rows: "a !b c", groups: "1~2 2+2 3~2", claim: "both neighbours may have lost it" },
    { rows: "!- a", groups: "12+1", claim: "at the start it belongs to the next below" },
    { rows: "!a b", groups: "1+1 2~1", claim: "at the start with a key it is a group of its own" },
    { rows: "!-", groups: "1+1", claim: "alone it is alone" },
    { rows: "a !b !c d", groups: "1~2 2+2~3 3+3 4~2~3", claim: "several in a row damage all around them" },
    { rows: "a . !a . b", groups: "13+3 5~3", claim: "excluded rows shield nobody" },
  ])("$claim ($rows → $groups)", async ({ rows, groups }) => {
    const mapping = grouped("rows: adjacent", 'where: \'row["Keep"] == "yes"\'\n');
    expect(shown((await groupsOf(mapping, rowsOf(rows))).groups)).toBe(groups);
  });
});

describe("rows: continued", () => {
  test.each([
    { rows: "a - - b -", groups: "123 45", claim: "a blank key continues the row above" },
    { rows: "- a", groups: "1?1 2", claim: "a blank key at the start has nothing to continue" },
    { rows: "a - !- - b", groups: "1234+3 5", claim: "a faulty row without a key belongs to the open group" },
    { rows: "a !- b -", groups: "12+2 34~2", claim: "and the one below may have lost it" },
    { rows: "a !b - c", groups: "1~2 23+2 4", claim: "with a key it starts a group that is continued" },
  ])("$claim ($rows → $groups)", async ({ rows, groups }) => {
    expect(shown((await groupsOf(grouped("rows: continued"), rowsOf(rows))).groups)).toBe(groups);
  });
});

describe("rows: continued, below a row that where leaves out", () => {
  test.each([
    { rows: "a . - - b", groups: "1 5", excluded: [2, 3, 4], claim: "blank keys continue it, not the group above it" },
    { rows: ". - a -", groups: "34", excluded: [1, 2], claim: "at the start as well" },
    { rows: "a . a -", groups: "1 34", excluded: [2], claim: "the group above is over" },
    { rows: "a . . - b -", groups: "1 56", excluded: [2, 3, 4], claim: "of several the last one is continued" },
    {
      rows: "a . !- - b",
      groups: "134+3 5",
      excluded: [2],
      claim: "a faulty row damages the group above all the same",
    },
    { rows: "a . !b - c", groups: "1~3 34+3 5", excluded: [2], claim: "a faulty row with a key starts a group" },
    {
      rows: ". !- - b",
      groups: "23+2?3 4",
      excluded: [1],
      claim: "and nobody is sure of what is below a faulty one",
    },
  ])("$claim ($rows → $groups)", async ({ rows, groups, excluded }) => {
    const mapping = grouped("rows: continued", 'where: \'row["Keep"] == "yes"\'\n');
    const made = await groupsOf(mapping, rowsOf(rows));
    expect([shown(made.groups), made.excluded]).toEqual([groups, excluded]);
  });

  it("leaves the group open when the row only continues it", async () => {
    const mapping = grouped("rows: continued", 'where: \'row["Keep"] != "no"\'\n');
    const line = (No: string, Keep: string) => ({ No, Keep });
    const made = await groupsOf(mapping, sourceRows([line("a", ""), line("", "no"), line("", "")]));
    expect([shown(made.groups), made.excluded]).toEqual(["13", [2]]);
  });

  it("leaves out what continues it even where where cannot be judged", async () => {
    const mapping = grouped("rows: continued", "where: 'number(row[\"N\"]) > 0'\n");
    const made = await groupsOf(
      mapping,
      sourceRows([
        { No: "a", N: "0" },
        { No: "", N: "" },
      ]),
    );
    expect(made).toEqual({ groups: [], excluded: [1, 2] });
  });
});

test.each(["adjacent", "continued"])(
  "under %s every row is in exactly one group, and no group beside a faulty row is sound",
  async (rows) => {
    const mapping = grouped(`rows: ${rows}`);
    const word = fc.constantFrom("a", "b", "-", "!a", "!b", "!-");
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 12 }), async (words) => {
        const { groups } = await groupsOf(mapping, rowsOf(words.join(" ")));
        const numbers = groups.flatMap((made) => made.rows.map(({ row }) => row.number));
        expect(numbers).toEqual(words.map((_, index) => index + 1));
        const isDamaged = (number: number) => {
          const owner = groups.find((made) => made.rows.some(({ row }) => row.number === number));
          return owner === undefined || owner.damage.length > 0;
        };
        for (const [index, shape] of words.entries()) {
          if (shape.startsWith("!")) expect([index, index + 1, index + 2].map(isDamaged)).toEqual([true, true, true]);
        }
      }),
    );
  },
);

describe("no group", () => {
  const mapping = compiled("version: 1\nresource: products\nwhere: 'number(row[\"N\"]) > 0'\nfields: { sku: SKU }\n");

  it("makes an entry of every row and tells of the excluded ones", async () => {
    const { groups, excluded } = await groupsOf(
      mapping,
      sourceRows([
        { SKU: "A", N: "1" },
        { SKU: "B", N: "0" },
        { SKU: "C", N: "2" },
      ]),
    );
    expect(groups.map(({ rows }) => rows.map(({ row }) => row.number))).toEqual([[1], [3]]);
    expect(excluded).toEqual([2]);
  });

  it("never excludes a row that could not be read, nor one on which where fails", async () => {
    const fault = { code: "ragged_row" as const, message: "x" };
    const rows = [sourceRow({ SKU: "A", N: "0" }, 1, "in.csv", fault), sourceRow({ SKU: "B", N: "many" }, 2)];
    const { groups, excluded } = await groupsOf(mapping, rows);
    expect(excluded).toEqual([]);
    expect(groups.map(({ damage }) => damage)).toMatchObject([
      [{ code: "ragged_row", file: "in.csv", line: 2, row: 1 }],
      [{ code: "expression_failed", file: "in.csv", line: 3, column: "N", value: "many" }],
    ]);
    expect(groups.map((made) => draftOf(mapping, made.rows).key)).toEqual(["A", "B"]);
  });
});

it("names the line that a group may have lost", async () => {
  const { groups } = await groupsOf(grouped("rows: adjacent"), rowsOf("a !b c"));
  expect(groups[0]?.damage).toEqual([
    {
      code: "group_damaged",
      file: "in.csv",
      line: 3,
      row: 2,
      message: "line 3, which may belong to this group, could not be read: 3 cells, 2 expected",
    },
  ]);
});

it("a row on which where fails damages its own group only", async () => {
  const mapping = grouped("rows: adjacent", "where: 'number(row[\"N\"]) > 0'\n");
  const rows = sourceRows([
    { No: "a", N: "1" },
    { No: "b", N: "x" },
    { No: "b", N: "1" },
    { No: "c", N: "1" },
  ]);
  const { groups } = await groupsOf(mapping, rows);
  expect(groups.map(({ rows: members, damage }) => [members.length, damage.map(({ code }) => code)])).toEqual([
    [1, []],
    [2, ["expression_failed"]],
    [1, []],
  ]);
});

describe("a group with more rows than an entry can have", () => {
  const many = (length: number, from = 1, fault = false): readonly SourceRow[] =>
    Array.from({ length }, (_, index) =>
      sourceRow(
        { No: fault ? "" : "a" },
        from + index,
        "in.csv",
        fault ? { code: "ragged_row" as const, message: "3 cells, 2 expected" } : undefined,
      ),
    );
  const sizes = (groups: readonly RowGroup[]) =>
    groups.map(({ rows, part, damage }) => [rows.length, part, damage.map(({ code }) => code)]);

  it("comes in parts, the first with a problem, and the next group is whole", async () => {
    const rows = [...many(maxGroupRows + 700), sourceRow({ No: "b" }, 30_000)];
    const { groups } = await groupsOf(grouped("rows: adjacent"), rows);
    expect(sizes(groups)).toEqual([
      [maxGroupRows, "start", ["group_too_large"]],
      [500, "rest", []],
      [200, "rest", []],
      [1, undefined, []],
    ]);
    expect(groups[0]?.damage[0]).toMatchObject({ line: 2, column: "No", value: "a" });
    expect(groups[0]?.damage[0]?.message).toMatch(/group "a" has more than 20,000 rows.*group\.by/);
  });

  it("is whole with exactly as many", async () => {
    const { groups } = await groupsOf(grouped("rows: adjacent"), many(maxGroupRows));
    expect(sizes(groups)).toEqual([[maxGroupRows, undefined, []]]);
  });

  it("tells of faulty rows in all of its parts, and the next group that it may have lost them", async () => {
    const rows = [...many(maxGroupRows + 10), ...many(1, 40_000, true), sourceRow({ No: "b" }, 50_000)];
    const { groups } = await groupsOf(grouped("rows: adjacent"), rows);
    expect(sizes(groups).slice(1)).toEqual([
      [11, "rest", ["ragged_row"]],
      [1, undefined, ["group_damaged"]],
    ]);
  });

  it("may be faulty rows without a key at the start of a file", async () => {
    const rows = [...many(maxGroupRows + 2, 1, true), sourceRow({ No: "b" }, 50_000)];
    const { groups } = await groupsOf(grouped("rows: adjacent"), rows);
    expect(groups.map(({ rows: own, part }) => [own.length, part])).toEqual([
      [maxGroupRows, "start"],
      [2, "rest"],
      [1, undefined],
    ]);
    expect(groups[0]?.damage[0]?.code).toBe("group_too_large");
    expect(groups[2]?.damage.map(({ code }) => code)).toContain("group_damaged");
  });
});

describe("a damaged group", () => {
  it("makes a draft with its problems and its key, and without a payload", () => {
    const damage = [{ code: "group_damaged" as const, message: "line 9" }];
    const drafted = grouped("rows: adjacent").mapping;
    const mapping = grouped("rows: adjacent");
    const made = mapping.draft({ ...group(rowsOf("a a")), damage });
    expect(made).toMatchObject({
      kind: "draft",
      draft: { resource: drafted.resource, key: "a", payload: {}, problems: damage },
    });
  });

  it("is never excluded by the group's where", () => {
    const mapping = grouped("where: 'false'");
    expect(mapping.draft(group(rowsOf("a"))).kind).toBe("excluded");
    expect(mapping.draft(group(rowsOf("!a"))).kind).toBe("draft");
  });
});

describe("group.by", () => {
  const keyOf = (by: string, cells: Record<string, string>, above = "") => {
    const mapping = compiled(`version: 1\nresource: products\n${above}group: { by: ${by} }\nfields: { sku: SKU }\n`);
    return mapping.groupKey?.(sourceRow(cells));
  };

  test.each([
    { by: "A", cells: { A: "x" }, key: "x" },
    { by: "A", cells: { A: "NULL" }, key: "" },
    { by: "A", cells: {}, key: "" },
    { by: "[A, B]", cells: { A: "", B: "" }, key: "" },
    { by: '{ expr: \'row["A"] != "" ? row["A"] : row["B"]\' }', cells: { A: "", B: "b" }, key: "b" },
  ])("$by of $cells is $key", ({ by, cells, key }) => {
    expect(keyOf(by, cells, "source: { blank: ['NULL'] }\n")).toEqual({ ok: true, value: key });
  });

  it("does not mix up the parts of a key of several columns", () => {
    expect(keyOf("[A, B]", { A: "1", B: "23" })).not.toEqual(keyOf("[A, B]", { A: "12", B: "3" }));
  });

  it("is a problem of the row when it fails", () => {
    expect(keyOf("{ expr: 'string(number(row[\"A\"]))' }", { A: "x" })).toMatchObject({
      ok: false,
      problems: [{ code: "expression_failed", line: 2, row: 1 }],
    });
  });

  it("is undefined when nothing is grouped", () => {
    expect(compiled("version: 1\nresource: products\nfields: { sku: SKU }\n").groupKey).toBeUndefined();
  });
});

describe("group.head", () => {
  const mapping = grouped('rows: anywhere, head: \'row["Kind"] == "order"\'');
  const line = (Kind: string, Note: string) => ({ No: "a", Kind, Note });

  it("says which row the entry's own fields come from", () => {
    const draft = draftOf(mapping, sourceRows([line("item", ""), line("order", "gift")]));
    expect(draft).toMatchObject({ problems: [], payload: { customer_notes: "gift" } });
  });

  it("is the first of several rows where the mapping says so, and still a problem where there is none", () => {
    const first = grouped('rows: anywhere, head: { first: \'row["Kind"] == "order"\' }');
    const several = draftOf(first, sourceRows([line("item", ""), line("order", "gift"), line("order", "other")]));
    expect(several).toMatchObject({ problems: [{ code: "group_conflict" }], payload: { customer_notes: "gift" } });
    const none = draftOf(first, sourceRows([line("item", "x")]));
    expect(none.problems).toMatchObject([{ code: "no_head" }]);
  });

  test.each([
    { rows: [line("item", "x"), line("item", "x")], problem: { code: "no_head", line: 2 } },
    {
      rows: [line("order", "x"), line("order", "x")],
      problem: { code: "several_heads", line: 3, message: expect.stringContaining("line 2") },
    },
  ])("is a problem when it is $problem.code", ({ rows, problem }) => {
    expect(draftOf(mapping, sourceRows(rows)).problems).toMatchObject([problem]);
  });
});

describe("group.where", () => {
  const mapping = grouped('where: \'row["Status"] != "archived" && rows.size() < 3\'');

  test.each([
    {
      rows: [
        { No: "a", Status: "archived" },
        { No: "a", Status: "" },
      ],
      kind: "excluded",
    },
    {
      rows: [
        { No: "a", Status: "" },
        { No: "a", Status: "archived" },
      ],
      kind: "draft",
    },
    { rows: [{ No: "a" }, { No: "a" }, { No: "a" }], kind: "excluded" },
  ])("judges the first row and leaves out the whole group ($kind)", ({ rows, kind }) => {
    const drafted = mapping.draft(group(sourceRows(rows)));
    expect(drafted.kind).toBe(kind);
    expect(drafted.kind === "excluded" ? drafted.rows : drafted.draft.rows).toHaveLength(rows.length);
  });
});

describe("group.conflict", () => {
  const rows = (...notes: string[]) => sourceRows(notes.map((Note) => ({ No: "a", Note })));

  test.each([
    { notes: ["x", ""], conflict: "warn", problems: [] },
    { notes: ["x", "x"], conflict: "error", problems: [] },
    { notes: ["x", "y"], conflict: "ignore", problems: [] },
    {
      notes: ["x", "y"],
      conflict: "warn",
      problems: [
        { code: "group_conflict", severity: "warning", path: "customer_notes", line: 3, column: "Note", value: "y" },
      ],
    },
    {
      notes: ["", "y"],
      conflict: "warn",
      problems: [{ code: "group_conflict", message: expect.stringContaining("says nothing") }],
    },
    {
      notes: ["x", "y", "z"],
      conflict: "error",
      problems: [{ code: "group_conflict", line: 3, message: expect.stringContaining('says "x"') }],
    },
  ])("$conflict on $notes", ({ notes, conflict, problems }) => {
    const draft = draftOf(grouped(`conflict: ${conflict}`), rows(...notes));
    expect(draft.problems).toMatchObject(problems);
    expect(draft.problems).toHaveLength(problems.length);
    if (conflict === "error") expect(draft.problems.every(({ severity }) => severity === undefined)).toBe(true);
  });

  it("lets columns differ that a child reads from every row", () => {
    const mapping = compiled(`version: 1
resource: products
group: { by: Handle }
fields: { sku: Handle, retail_price: Price }
children: { variants: { each: rows, fields: { sku: SKU, retail_price: Price } } }
`);
    expect(
      draftOf(
        mapping,
        sourceRows([
          { Handle: "a", SKU: "1", Price: "1" },
          { Handle: "a", SKU: "2", Price: "2" },
        ]),
      ).problems,
    ).toEqual([]);
  });
});
