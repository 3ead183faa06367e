// What a schema cannot say of `amounts:` in a child: that prices are made of them there, and of nothing else.
import type { ConfigFault } from "../../model/config/config-fault.ts";
import type { YamlPlaces } from "../../model/config/yaml-config.ts";
import type { Resource } from "../../model/resource.ts";
import type { Field } from "../../model/resources/field.ts";
import type { CompileExpression } from "../expression/expression.ts";
import { checkNeverSent } from "./check-field.ts";
import type { WrittenChild, WrittenMapping } from "./mapping-schema.ts";

/** A key of `amounts`. */
export type AmountName = "line" | "order_discount";

/** How an amount is read. */
export const amountField: Field = { type: "decimal", nullable: true };

/** All faults of `amounts` in the child of a list. */
export function checkAmounts(
  list: string,
  { amounts, fields }: WrittenChild,
  {
    mapping,
    resource,
    places,
    compile,
  }: {
    readonly mapping: Partial<WrittenMapping>;
    readonly resource: Resource | undefined;
    readonly places: YamlPlaces;
    readonly compile: CompileExpression;
  },
): readonly ConfigFault[] {
  if (amounts === undefined || resource === undefined) return [];
  const path = ["children", list, "amounts"];
  const { sums } = resource;
  if (sums?.list !== list)
    return [{ path, message: `only items of sales orders have amounts, and ${list} do not`, at: "key" as const }];
  const { quantity, price } = sums;
  const ofNames = (["line", "order_discount"] as const).flatMap((name): readonly ConfigFault[] => {
    const spec = amounts[name];
    if (spec === undefined) return [];
    const kind = name === "line" ? ("child" as const) : ("group" as const);
    const context = { mapping, kind, field: amountField, places, compile };
    return checkNeverSent(spec, [...path, name], "an amount", context);
  });
  return [
    ...ofNames,
    ...(Object.hasOwn(fields, price)
      ? [
          {
            path: [...path.slice(0, 2), "fields", price],
            message: `is made of amounts: give one or the other`,
            at: "key" as const,
          },
        ]
      : []),
    ...(Object.hasOwn(fields, quantity)
      ? []
      : [
          {
            path,
            message: `needs ${quantity} among the fields: a price is an amount by the piece`,
            at: "key" as const,
          },
        ]),
  ];
}
