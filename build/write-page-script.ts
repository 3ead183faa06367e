// Writes the script of reports as a module of text: npm run page-script, whenever src/report/html/script/ has changed.
import { writeFile } from "node:fs/promises";
import { pageScriptModule, pageScriptPath } from "./page-script.ts";

await writeFile(pageScriptPath, await pageScriptModule());
