// Writes the JSON Schemas to `schemas/`: npm run schemas, whenever a key of a job or a mapping has changed.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonSchemas, schemaText } from "./json-schemas.ts";

const folder = join(import.meta.dirname, "../schemas");
await mkdir(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas())) await writeFile(join(folder, name), schemaText(schema));
