// Sends as many requests at once as it is told, through a proxy, and says how each ended. A process of its own, because
// certificates of one's own (NODE_EXTRA_CA_CERTS) are read when Node starts.
import { createClient } from "../../src/api/client.ts";

const [baseUrl = "", url = "", count = ""] = process.argv.slice(2);
const client = createClient({
  baseUrl,
  token: "s3cr3t-token",
  proxy: { url, from: "HTTPS_PROXY" },
  mostInFlight: Number(count),
  timeoutMs: 5000,
});
const { signal } = new AbortController();
const exchanges = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) => client.exchange({ method: "GET", path: `/${index}` }, signal)),
);
process.stdout.write(
  `${JSON.stringify(exchanges.map((exchange) => (exchange.kind === "answer" ? exchange.text : exchange.code)))}\n`,
);
await client[Symbol.asyncDispose]();
