// What went over the wire: the counts, and a drawing of them over time with pauses and outages.
import type { Summary } from "../summary.ts";
import type { Timeline } from "../timeline.ts";
import { durationText } from "../wording.ts";
import { type Html, html, safe } from "./kit/markup.ts";
import { count, details, facts, moment, section, table } from "./kit/parts.ts";

/** The section. */
export function trafficSection(summary: Summary): Html {
  const { traffic, timeline, sends } = summary;
  if (traffic === null) return section("traffic", "Traffic", html`<p>Nobody was asked: this needed no network.</p>`);
  return section(
    "traffic",
    "Traffic",
    html`${timeline === null || timeline === undefined ? "" : drawing(timeline)}${facts([
      ["Requests", count("traffic.requests", traffic.requests)],
      ["of these, lookups", count("traffic.lookups", traffic.lookups)],
      ["Answered 429 (too many requests)", count("traffic.throttled", traffic.throttled)],
      ["Tried again", count("traffic.retries", traffic.retries)],
      ["Pauses and outages", count("traffic.pauses", traffic.pauses)],
      ["Seconds spent in them", count("traffic.waiting_seconds", traffic.waiting_seconds)],
      ...Object.entries(sends).map(
        ([result, sent]) => [`Sends ${sendWords(result)}`, count(`sends.${result}`, sent)] as const,
      ),
    ])}${timeline === null || timeline === undefined ? "" : numbers(timeline)}`,
  );
}

function sendWords(result: string): string {
  switch (result) {
    case "open":
      return "without an answer, not looked up yet";
    case "absent":
      return "without an answer, and not there when looked up";
    case "recovered":
      return "without an answer, and there when looked up";
    case "held":
      return "that waited for a pause";
    default:
      return result.replaceAll("_", " ");
  }
}

const size = { width: 1000, height: 190, left: 44, right: 8, top: 12, bottom: 150 };

function drawing(timeline: Timeline): Html {
  const { bucket_seconds, requests, accepted, throttled, pauses, outages } = timeline;
  const seconds = requests.length * bucket_seconds;
  const most = Math.max(1, ...requests, ...accepted);
  const across = (at: number): number => size.left + (at / seconds) * (size.width - size.left - size.right);
  const up = (value: number): number => size.bottom - (value / most) * (size.bottom - size.top);
  const columns = requests
    .map((value, at) => {
      const [from, to, y] = [across(at * bucket_seconds), across((at + 1) * bucket_seconds), up(value)];
      return value === 0 ? "" : `M${at1(from)} ${size.bottom}V${at1(y)}H${at1(to)}V${size.bottom}Z`;
    })
    .join("");
  const line = accepted
    .map((value, at) => `${at === 0 ? "M" : "L"}${at1(across((at + 0.5) * bucket_seconds))} ${at1(up(value))}`)
    .join("");
  const refused = throttled.map((value, at) =>
    value === 0
      ? html``
      : html`<rect class="throttled" x="${at1(across(at * bucket_seconds))}" y="${size.bottom + 4}" width="${at1(
          Math.max(2, across(bucket_seconds) - size.left),
        )}" height="8"/>`,
  );
  const spans = (kind: string, list: Timeline["pauses"], y: number, height: number): readonly Html[] =>
    list.map(
      ({ from, to }) =>
        html`<rect class="${kind}" x="${at1(across(from))}" y="${y}" width="${at1(
          Math.max(3, across(to) - across(from)),
        )}" height="${height}"/>`,
    );
  const perSecond = most / bucket_seconds;
  const label = `Requests over ${durationText(seconds * 1000)}: at most ${rate(perSecond)} a second, ${pauses.length} pauses, ${outages.length} outages. The numbers stand below.`;
  return html`<svg class="chart" role="img" aria-label="${label}" viewBox="0 0 ${size.width} ${size.height}">
${spans("outage", outages, size.top, size.bottom - size.top)}
<path class="requests area" d="${safe(columns)}"/>
<path class="done" d="${safe(line)}"/>
<line class="axis" x1="${size.left}" y1="${size.bottom}" x2="${size.width - size.right}" y2="${size.bottom}"/>
${refused}
${spans("pause", pauses, size.bottom + 14, 8)}
<text x="${size.left - 6}" y="${size.top + 8}" text-anchor="end">${rate(perSecond)}/s</text>
<text x="${size.left - 6}" y="${size.bottom}" text-anchor="end">0</text>
<text x="${size.left}" y="${size.height - 4}">${clock(timeline, 0)} UTC</text>
<text x="${size.width - size.right}" y="${size.height - 4}" text-anchor="end">${clock(timeline, seconds)} UTC</text>
</svg>
<ul class="key">
<li><span class="swatch requests"></span>requests</li>
<li><span class="swatch done"></span>entries accepted</li>
${throttled.some((value) => value > 0) ? html`<li><span class="swatch throttled"></span>answered 429</li>\n` : ""}${
  pauses.length > 0 ? html`<li><span class="swatch pause"></span>paused</li>\n` : ""
}${outages.length > 0 ? html`<li><span class="swatch outage"></span>outage</li>\n` : ""}</ul>
`;
}

function numbers(timeline: Timeline): Html {
  const { bucket_seconds, requests, throttled, accepted } = timeline;
  const lines = requests.flatMap((value, at) =>
    value + (throttled[at] ?? 0) + (accepted[at] ?? 0) === 0
      ? []
      : [
          [
            html`${clock(timeline, at * bucket_seconds)}`,
            count(`timeline.requests.${at}`, value),
            count(`timeline.throttled.${at}`, throttled[at] ?? 0),
            count(`timeline.accepted.${at}`, accepted[at] ?? 0),
          ],
        ],
  );
  const columns = [
    { heading: "from (UTC)" },
    { heading: "requests", align: "end" as const },
    { heading: "answered 429", align: "end" as const },
    { heading: "entries accepted", align: "end" as const },
  ];
  const spans = [
    ...timeline.outages.map((span) => ({ ...span, kind: "outage" })),
    ...timeline.pauses.map((span) => ({ ...span, kind: "pause" })),
  ].sort((a, b) => a.from - b.from);
  return details(
    "The numbers over time",
    html`<p class="soft small">Each line is ${count("timeline.bucket_seconds", bucket_seconds)} ${
      bucket_seconds === 1 ? "second" : "seconds"
    } from ${moment(timeline.started_at)} on; those in which nothing happened are left out.</p>
${table("Traffic over time", columns, lines)}
${
  spans.length === 0
    ? ""
    : html`<ul class="notes small">
${spans.map(({ kind, from, to }) => html`<li>${kind} from ${clock(timeline, from)} to ${clock(timeline, to)} UTC</li>\n`)}</ul>`
}`,
  );
}

/** The time of day, so many seconds after the start. */
function clock({ started_at }: Timeline, seconds: number): string {
  return new Date(Date.parse(started_at) + seconds * 1000).toISOString().slice(11, 19);
}

function rate(perSecond: number): string {
  return perSecond.toLocaleString("en-US", { maximumFractionDigits: perSecond < 10 ? 1 : 0 });
}

function at1(number: number): string {
  return String(Math.round(number * 10) / 10);
}
