// Reads a CSV file with csv-parse, each row an object, and does nothing with it: `node csv-parse.mjs FILE`. Prints the number of rows.
import { createReadStream } from "node:fs";
import { parse } from "csv-parse";

const [file = ""] = process.argv.slice(2);
let rows = 0;
for await (const row of createReadStream(file).pipe(parse({ columns: true, relax_column_count: true }))) {
  if (row !== undefined) rows += 1;
}
console.log(rows);
