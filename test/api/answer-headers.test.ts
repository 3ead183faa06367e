// What headers say of limits, as far as a run keeps to it.
import { expect, test } from "vitest";
import { judgeRate, rateKept } from "../../src/api/answer-headers.ts";

test.each<{ readonly headers: Record<string, string>; readonly kept: number | undefined }>([
  { headers: { "ratelimit-policy": "5;w=1" }, kept: 4.5 },
  { headers: { "ratelimit-policy": "60;w=60" }, kept: 0.9 },
  { headers: { "ratelimit-policy": '"burst";q=100;w=10, "minute";q=120;w=60' }, kept: 1.8 },
  // A quota of a day is no pace: it would be a request every quarter of an hour.
  { headers: { "ratelimit-policy": "100;w=86400" }, kept: undefined },
  { headers: { "ratelimit-policy": "10;w=1, 1000;w=86400" }, kept: 9 },
  // Whether that is a minute, a second or an hour, nobody says.
  { headers: { "x-ratelimit-limit": "60" }, kept: undefined },
  { headers: {}, kept: undefined },
])("a run keeps to $kept a second by $headers", ({ headers, kept }) => {
  expect(rateKept({ headers })).toBe(kept);
});

test("what is kept to is said as such, and what is only guessed is left to the job", () => {
  expect(judgeRate({ headers: { "ratelimit-policy": "5;w=1" } }, 8)).toMatchObject({
    standing: "warning",
    hint: expect.stringMatching(/^A run keeps to 90 % of that, 4\.5 a second, .* would cost a pause\.$/),
  });
  expect(judgeRate({ headers: { "x-ratelimit-limit": "60" } }, 8).hint).toContain("requests_per_second: 1");
});
