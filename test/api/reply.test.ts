import { describe, expect, it, test } from "vitest";
import { backoffMs } from "../../src/api/backoff.ts";
import type { Exchange } from "../../src/api/client.ts";
import { batchesForIn, eqQuestion, fitsIn, inQuestions, mostKeys } from "../../src/api/questions.ts";
import { readRefusal } from "../../src/api/refusal-body.ts";
import { classify, parseJson, retryAfterMs } from "../../src/api/reply.ts";
import { creationBody, needsUpdate, saysNothing, updateBody, withFills } from "../../src/model/request-body.ts";
import { channels } from "../../src/model/resources/channels.ts";
import { products } from "../../src/model/resources/products.ts";

const answer = (status: number, text = "{}", complete = true): Exchange => ({
  kind: "answer",
  status,
  headers: {},
  text,
  complete,
});
const broken = (code: string, syscall?: string): Exchange => ({
  kind: "broken",
  code,
  ...(syscall === undefined ? {} : { syscall }),
});

test.each([
  { back: answer(201, '{"id":1}'), kind: "accepted" },
  { back: answer(200, '{"id":1}', false), kind: "unanswered" },
  { back: answer(200, "<html>welcome</html>"), kind: "unanswered" },
  { back: answer(204, ""), kind: "unanswered" },
  { back: answer(429), kind: "throttled" },
  { back: answer(429, "", false), kind: "throttled" },
  { back: answer(408), kind: "unanswered" },
  { back: answer(425), kind: "unanswered" },
  { back: answer(500), kind: "unanswered" },
  { back: answer(502, "<html>"), kind: "unanswered" },
  { back: answer(599), kind: "unanswered" },
  { back: answer(301), kind: "refused" },
  { back: answer(400), kind: "refused" },
  { back: answer(401), kind: "refused" },
  { back: answer(403), kind: "refused" },
  { back: answer(404), kind: "refused" },
  { back: answer(409), kind: "refused" },
  { back: answer(422, "{", false), kind: "refused" },
  { back: broken("ENOTFOUND"), kind: "undelivered" },
  { back: broken("EAI_AGAIN"), kind: "undelivered" },
  { back: broken("ECONNREFUSED"), kind: "undelivered" },
  { back: broken("UND_ERR_CONNECT_TIMEOUT"), kind: "undelivered" },
  { back: broken("ETIMEDOUT", "connect"), kind: "undelivered" },
  { back: broken("EHOSTUNREACH", "connect"), kind: "undelivered" },
  { back: broken("CERT_HAS_EXPIRED"), kind: "undelivered" },
  { back: broken("DEPTH_ZERO_SELF_SIGNED_CERT"), kind: "undelivered" },
  { back: broken("ETIMEDOUT", "read"), kind: "unanswered" },
  { back: broken("EHOSTUNREACH", "read"), kind: "unanswered" },
  { back: broken("ECONNRESET"), kind: "unanswered" },
  { back: broken("EPIPE"), kind: "unanswered" },
  { back: broken("UND_ERR_SOCKET"), kind: "unanswered" },
  { back: broken("UND_ERR_HEADERS_TIMEOUT"), kind: "unanswered" },
  { back: broken("TIMEOUT"), kind: "unanswered" },
  { back: broken("CUT"), kind: "unanswered" },
  { back: broken("something new"), kind: "unanswered" },
])("$back.status$back.code $back.syscall is $kind", ({ back, kind }) => {
  const reads = (text: string) => (parseJson(text) as { id?: number } | undefined)?.id;
  expect(classify(back, reads, 0).kind).toBe(kind);
});

const date = "Mon, 15 Jan 2024 10:00:00 GMT";
test.each([
  { headers: {}, ms: 1000 },
  { headers: { "retry-after": "2" }, ms: 2000 },
  { headers: { "retry-after": "0.5" }, ms: 500 },
  { headers: { "retry-after": "0" }, ms: 0 },
  { headers: { "retry-after": "-3" }, ms: 0 },
  { headers: { "retry-after": "soon" }, ms: 1000 },
  { headers: { "retry-after": "999999999" }, ms: 3_600_000 },
  { headers: { "retry-after": "Mon, 15 Jan 2024 10:00:07 GMT", date }, ms: 7000 },
  { headers: { "retry-after": "Mon, 15 Jan 2024 10:00:07 GMT" }, ms: 5000 }, // by our clock, two seconds ahead
  { headers: { "retry-after": "Mon, 15 Jan 2024 09:00:00 GMT", date }, ms: 0 },
])("Retry-After of $headers is $ms ms", ({ headers, ms }) => {
  expect(retryAfterMs(headers, Date.parse(date) + 2000)).toBe(ms);
});

describe("a refusal", () => {
  test.each([
    {
      body: '{"message":"The given data was invalid.","errors":{"items.0.product":["is invalid","is gone"],"bill_to.name":"is missing"}}',
      problems: [
        { code: "api_rejected", path: "items[0].product", message: "is invalid" },
        { code: "api_rejected", path: "items[0].product", message: "is gone" },
        { code: "api_rejected", path: "bill_to.name", message: "is missing" },
      ],
    },
    {
      body: '{"errors":{"items":[{"x":1}],"variants":{"0":{"sku":["taken"]}}}}',
      problems: [{ code: "api_rejected", path: "variants[0].sku", message: "taken" }],
    },
    {
      body: '{"errors":["first","second"]}',
      problems: [
        { code: "api_refused", message: "first" },
        { code: "api_refused", message: "second" },
      ],
    },
    {
      body: '{"errors":[{"field":"sku","message":"taken"}]}',
      problems: [{ code: "api_rejected", path: "sku", message: "taken" }],
    },
    { body: '{"message":"No."}', problems: [{ code: "api_refused", message: "HTTP 422: No." }] },
    { body: '{"message":"No.","errors":{}}', problems: [{ code: "api_refused", message: "HTTP 422: No." }] },
    { body: "", problems: [{ code: "api_refused", message: "HTTP 422: no reason given" }] },
    { body: "[1,", problems: [{ code: "api_refused", message: "HTTP 422: no reason given" }] },
    {
      body: "<html><body>Nope",
      problems: [{ code: "api_refused", message: "HTTP 422: a page instead of JSON; is the base address right?" }],
    },
  ])("$body", ({ body, problems }) => {
    expect(readRefusal(422, body, {}).problems).toEqual(problems);
  });

  it("stays small and on one line, and never repeats what a redirect's query holds", () => {
    const { problems } = readRefusal(
      422,
      JSON.stringify({ errors: { sku: Array.from({ length: 999 }, () => `no\n${"x".repeat(9999)}`) } }),
      {},
    );
    expect(problems).toHaveLength(50);
    expect(problems[0]?.message).toMatch(/^no x{100}/);
    expect(problems[0]?.message.length).toBeLessThanOrEqual(500);
    expect(readRefusal(302, "", { location: "https://user:pw@login.example/in?token=secret" }).message).toMatch(
      /https:\/\/login\.example\/in\)/,
    );
  });
});

describe("filter queries", () => {
  it("hold every key once between a control first and one last, at most 100 and 4 KB each", () => {
    const keys = [
      ...Array.from({ length: 250 }, (_, n) => `SKU-${n}`),
      "ü&=?#[] %",
      ...Array.from({ length: 60 }, (_, n) => `${"é".repeat(90)}${n}`),
    ];
    const first = { key: "first", remoteId: "1" };
    const last = { key: "last", remoteId: "2" };
    const batches = batchesForIn("sku", keys, [first, last], mostKeys, 60);
    expect(batches.flat()).toEqual(keys);
    for (const batch of batches) {
      const [question, ...others] = inQuestions("sku", batch, [first, last]);
      expect(others).toEqual([]);
      const text = question?.text ?? "";
      expect(60 + text.length + "&per_page=100&page=1000".length).toBeLessThanOrEqual(4096);
      const [[name, value] = ["", ""]] = new URLSearchParams(text);
      expect(name).toBe("sku[in]");
      expect(value.split(",")).toEqual(["first", ...batch, "last"]);
      expect(value.split(",").length).toBeLessThan(100);
    }
  });

  it("are two with a single control, which stands at either end, and ask a control that is wanted itself only there", () => {
    const only = { key: "A", remoteId: "1" };
    expect(inQuestions("sku", ["A", "B"], [only]).map(({ text }) => text)).toEqual([
      "sku%5Bin%5D=A,B",
      "sku%5Bin%5D=B,A",
    ]);
  });

  it("are asked one by one for keys with a comma, which `in` would split", () => {
    expect(fitsIn("a,b")).toBe(false);
    expect(eqQuestion("sku", "a,b")).toBe("sku%5Beq%5D=a%2Cb");
  });
});

describe("bodies", () => {
  const payload = { sku: "A", qty_minimum: 1, variants: [{ sku: "A-1", qty_low_alert: 2 }], tags: ["x"] };
  it("of creations lack what only updates take; of updates hold everything and what is cleared", () => {
    expect(creationBody(products, payload)).toEqual({ sku: "A", variants: [{ sku: "A-1" }], tags: ["x"] });
    expect(updateBody(products, payload, { description: "", boms: [] })).toEqual({
      ...payload,
      description: "",
      boms: [],
    });
    expect(needsUpdate(products, payload)).toBe(true);
    expect(needsUpdate(products, { sku: "A", variants: [{ sku: "A-1" }] })).toBe(false);
  });

  it("of channels never hold what steers the import, nor their type on update", () => {
    const channel = { label: "L", endpoint: "legacy", channelType: "sales_channel", integrationProducts: [{}] };
    expect(creationBody(channels, channel)).toEqual({
      label: "L",
      channelType: "sales_channel",
      integrationProducts: [{}],
    });
    const update = updateBody(channels, channel, {});
    expect(update).toEqual({ label: "L" });
    expect(saysNothing(channels, update)).toBe(true);
  });

  it("get ids as numbers when they are numbers", () => {
    expect(withFills({ order_number: "O" }, { channel_id: "12" })).toEqual({ order_number: "O", channel_id: 12 });
    expect(withFills({}, { channel_id: "c-12" })).toEqual({ channel_id: "c-12" });
    expect(withFills({}, { channel_id: "99999999999999999999" })).toEqual({ channel_id: "99999999999999999999" });
  });
});

test.each([
  { failures: 1, mostMs: 500 },
  { failures: 2, mostMs: 1000 },
  { failures: 5, mostMs: 8000 },
  { failures: 50, mostMs: 30_000 },
])("backoff after $failures failures is anywhere up to $mostMs ms", ({ failures, mostMs }) => {
  expect(backoffMs(failures, () => 0)).toBe(0);
  expect(backoffMs(failures, () => 1)).toBe(mostMs);
});
