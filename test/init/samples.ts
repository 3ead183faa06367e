// Samples for the guess without files: text or columns in, as reading would give them.
import type { Export } from "../../src/init/init.ts";
import type { Cells } from "../../src/model/row.ts";

/** A sample of a CSV text without quotes. */
export function sampleOf(file: string, text: string): Export {
  const [header = "", ...lines] = text.trim().split("\n");
  const names = header.split(",").map((name) => name.trim());
  const rows = lines.map((line) => line.split(","));
  return columnsWith(
    file,
    Object.fromEntries(names.map((name, at) => [name, rows.map((row) => row[at]?.trim() ?? "")])),
    names,
  );
}

/** A sample of columns with their cells; `order` where a name is a number. */
export function columnsWith(
  file: string,
  columns: Readonly<Record<string, readonly string[]>>,
  order = Object.keys(columns),
): Export {
  const rows = Math.max(0, ...Object.values(columns).map((cells) => cells.length));
  return {
    name: file.replace(/\.\w+$/, ""),
    shown: file,
    path: `/exports/${file}`,
    info: { format: "csv", columns: order },
    settings: {},
    rows: Array.from({ length: rows }, (_, row) =>
      Object.assign(
        Object.create(null) as Cells,
        Object.fromEntries(order.map((name) => [name, columns[name]?.[row] ?? ""])),
      ),
    ),
    isWhole: true,
  };
}
