// What a schema cannot say of `totals:`: that the resource has sums, and that there is something to compare with.
import type { ConfigFault } from "../../model/config/config-fault.ts";
import type { YamlPlaces } from "../../model/config/yaml-config.ts";
import type { Resource } from "../../model/resource.ts";
import type { Field } from "../../model/resources/field.ts";
import type { CompileExpression } from "../expression/expression.ts";
import { checkNeverSent } from "./check-field.ts";
import type { WrittenMapping } from "./mapping-schema.ts";
import { type TotalName, totalNames } from "./totals-schema.ts";

/** How a total is read: money as a number, the currency as text. */
export function totalField(name: TotalName): Field {
  return { type: name === "currency" ? "text" : "decimal", nullable: true };
}

/** All faults of `totals`. */
export function checkTotals(
  mapping: Partial<WrittenMapping>,
  resource: Resource | undefined,
  { places, compile }: { readonly places: YamlPlaces; readonly compile: CompileExpression },
): readonly ConfigFault[] {
  const { totals, children } = mapping;
  if (totals === undefined || resource === undefined) return [];
  const { sums } = resource;
  if (sums === undefined)
    return [{ path: ["totals"], message: `${resource.plural} have no totals`, at: "key" as const }];
  const ofFields = totalNames.flatMap((name): readonly ConfigFault[] => {
    const spec = totals[name];
    if (spec === undefined) return [];
    const kind = name === "line" ? ("child" as const) : ("group" as const);
    return checkNeverSent(spec, ["totals", name], "a total", {
      mapping,
      kind,
      field: totalField(name),
      places,
      compile,
    });
  });
  return [
    ...ofFields,
    ...(totals.line !== undefined && children?.[sums.list] === undefined
      ? [{ path: ["totals", "line"], message: `is the total of one item, and no children.${sums.list} are mapped` }]
      : []),
    ...(totals.currencies !== undefined && totals.currency === undefined
      ? [
          {
            path: ["totals", "currencies"],
            message: "needs totals.currency: which column has the currency of an order",
          },
        ]
      : []),
  ];
}
