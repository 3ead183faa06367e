// The steps of a mapping in words: `column "Price" = "4,50" → round to 2: "4.50" → decimal 4.5`. One text per field.
import type { Json } from "../model/json.ts";
import type { AlternativeTrace, FieldTrace, TracedCell, TraceStep } from "../model/trace.ts";
import { cutTo } from "./wording.ts";

/** How a field came to its value, each alternative that had its turn after the one before. */
export function traceText({ alternatives, result }: FieldTrace): string {
  if (result.kind === "left_out") return `an element is left out: ${result.where}${seen(result.cells)}`;
  const tried = alternatives.map(alternativeText).join("; then ");
  switch (result.kind) {
    case "value":
      return tried;
    case "default":
      return `${tried} → default ${shown(result.value)}`;
    case "reference":
      return `${tried} → id of ${result.resource} ${shown(result.key)}`;
    case "clear":
      return `${tried} → emptied on update`;
    case "absent":
      return `${tried} → left out`;
    case "failed":
      return `${tried} → ${result.message}`;
    default:
      return result satisfies never;
  }
}

const maxShown = 70;

/** A value as the steps show it: JSON, cut where it is long. */
export function shown(value: Json): string {
  return cutTo(JSON.stringify(value), maxShown);
}

function alternativeText(alternative: AlternativeTrace): string {
  const { steps } = alternative;
  return [
    sourceText(alternative),
    ...steps.flatMap((step, index) => stepText(step, steps[index - 1], alternative)),
  ].join(" → ");
}

function sourceText({ source, text = "", cells, steps, file, line }: AlternativeTrace): string {
  switch (source) {
    case "from":
      return cells.length === 0 ? "no column" : cells.map(cellText).join(", ");
    case "template":
      return `template "${text}"${seen(cells)}`;
    case "expr":
      return `expr ${text}${seen(cells)}`;
    case "sum":
      return `sum of ${text}${seen(cells)}`;
    case "value": {
      const picked = steps.find(({ kind }) => kind === "picked");
      const place = file === undefined ? "" : ` (${file}:${line})`;
      return `constant ${picked?.kind === "picked" ? shown(picked.value) : ""}${place}`.trimEnd();
    }
    default:
      return source satisfies never;
  }
}

function stepText(step: TraceStep, before: TraceStep | undefined, { source }: AlternativeTrace): readonly string[] {
  switch (step.kind) {
    case "when":
      return [`when ${step.text}: ${step.passed ? "yes" : "no"}`];
    case "picked":
      // A cell and a constant have been shown as they are.
      return source === "template" || source === "expr" || source === "sum" ? [shown(step.value)] : [];
    case "filled":
      return [`blank, filled down from ${step.file}:${step.line}`];
    case "split":
      return [`split at ${shown(step.separator)}: ${shown(step.value)}`];
    case "apply":
      return [`${step.transform}: ${shown(step.value)}`];
    case "map":
      return [`map: ${shown(step.value)}`];
    case "lookup":
      return [`lookup in ${step.file}: ${shown(step.value)}`];
    case "omitted":
      return [
        step.by === "invalid"
          ? "not a value of this field: left out (invalid: omit)"
          : `not in the ${step.by}, which leaves it out`,
      ];
    case "round":
      return [`round to ${step.places}: ${shown(step.value)}`];
    case "priced":
      return [
        ...(step.discount === undefined
          ? []
          : [`less ${step.discount}, its share of the order's discount: ${step.amount}`]),
        `per piece: ${step.value}`,
      ];
    case "type":
      return typeText(step, before);
    case "blank":
      return ["blank"];
    default:
      return step satisfies never;
  }
}

// Text that stays what it was needs no step of its own.
function typeText(step: Extract<TraceStep, { kind: "type" }>, before: TraceStep | undefined): readonly string[] {
  const isSame =
    before !== undefined && "value" in before && JSON.stringify(before.value) === JSON.stringify(step.value);
  if (isSame && step.unit === undefined) return [];
  return [`${step.type}${step.unit === undefined ? "" : ` from ${step.unit}`} ${shown(step.value)}`];
}

function seen(cells: readonly TracedCell[]): string {
  return cells.length === 0 ? "" : ` (${cells.map(cellText).join(", ")})`;
}

function cellText({ column, cell }: TracedCell): string {
  return cell === undefined ? `no column "${column}"` : `"${column}" = ${shown(cell)}`;
}
