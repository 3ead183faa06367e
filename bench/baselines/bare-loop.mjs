// Posts bodies as fast as undici's Pool can, and keeps nothing: `node bare-loop.mjs URL FILE CONCURRENCY`. FILE has one body a line.
// Prints the number of answers with 201.
import { readFileSync } from "node:fs";
import { Pool } from "undici";

const [url = "", file = "", concurrency = "32"] = process.argv.slice(2);
const { origin, pathname: path } = new URL(url);
const bodies = readFileSync(file, "utf8").split("\n").slice(0, -1);
const headers = { authorization: "Bearer sandbox", "content-type": "application/json" };
const pool = new Pool(origin, { connections: Number(concurrency) });
let next = 0;
let created = 0;
const post = async () => {
  while (next < bodies.length) {
    const { statusCode, body } = await pool.request({ method: "POST", path, headers, body: bodies[next++] });
    const { data } = await body.json();
    if (statusCode === 201 && data.id !== undefined) created += 1;
  }
};
await Promise.all(Array.from({ length: Number(concurrency) }, post));
await pool.close();
console.log(created);
