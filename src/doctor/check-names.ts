// Everything that a doctor looks at, in the order in which it is told.
import { type CheckName, generalChecks, lastCheck } from "../model/finding.ts";
import { referables } from "../model/resources/resources.ts";

/** What is named by mappings, and is asked for by its key. */
export const namedReferables = Object.values(referables).filter(({ namedBy }) => namedBy !== undefined);

/** All checks in order. */
export const checkNames: readonly CheckName[] = [
  ...generalChecks,
  ...namedReferables.map(({ name }) => name),
  lastCheck,
];
