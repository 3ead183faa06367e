import fc from "fast-check";
import { expect, it, test } from "vitest";
import { stripHtml } from "../../../src/map/values/strip-html.ts";

test.each([
  { html: "plain text", is: "plain text" },
  { html: "<p>One</p><p>Two</p>", is: "One\nTwo" },
  { html: "One<br/>Two<BR>Three", is: "One\nTwo\nThree" },
  { html: "a <b>bold</b> and<i>italic</i>", is: "a bold anditalic" },
  { html: "<ul>\n <li>A</li>\n <li>B</li>\n</ul>", is: "A\nB" },
  { html: "<p>\n  wrapped\n  line</p>", is: "wrapped line" },
  { html: "<td>1</td><td>2</td>", is: "1 2" },
  { html: '<a href="x">Tom &amp; Jerry</a>', is: "Tom & Jerry" },
  { html: "5 &lt; 6 &#8364; &#x20AC; &eacute;&Eacute;&nbsp;&ouml;", is: "5 < 6 € € éÉ ö" },
  { html: "&amp;lt;b&amp;gt;", is: "&lt;b&gt;" },
  { html: "&lt;b&gt;kept&lt;/b&gt;", is: "<b>kept</b>" },
  { html: "5 < 6 and 7 > 6", is: "5 < 6 and 7 > 6" },
  { html: "I <3 you", is: "I <3 you" },
  { html: "cut off <b", is: "cut off <b" },
  { html: "a<!-- hidden > still -->b", is: "ab" },
  { html: "a<style>p { color: red }</style>b<script>if (1 > 0) x()</script>c", is: "abc" },
  { html: "&unknown; &#0; &#xD800; AT&T", is: "&unknown; \ufffd \ufffd AT&T" },
  { html: "<p> </p>", is: "" },
])("makes $is of $html", ({ html, is }) => {
  expect(stripHtml(html)).toBe(is);
});

it("keeps text without markup, but for white space", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab 1.é") }), (text) => {
      expect(stripHtml(text)).toBe(text.replace(/\s+/g, " ").trim());
    }),
  );
});

it("ends on any input", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("<", ">", "!--", "-->", "script", "/", "p", "&", ";", " ") }),
      (html) => {
        expect(stripHtml(html)).not.toContain("<p>");
      },
    ),
  );
});
