// All languages that headings and words are known in, beside English.
import { dutch } from "./dutch.ts";
import { french } from "./french.ts";
import { german } from "./german.ts";
import { italian } from "./italian.ts";
import type { Language } from "./language.ts";
import { polish } from "./polish.ts";
import { portuguese } from "./portuguese.ts";
import { russian } from "./russian.ts";
import { spanish } from "./spanish.ts";

/** The languages; of two that write a heading alike and mean two things by it, the one that comes first counts. */
export const languages: readonly Language[] = [german, french, spanish, italian, dutch, portuguese, polish, russian];
