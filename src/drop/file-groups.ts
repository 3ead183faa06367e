// Files that belong together: the main files of an input and the files of its joins. One without the other waits: orders
// without their lines would all be invalid, and lines without their orders would be left out and archived.
import { type Role, roleName } from "./match-files.ts";

/** Files of one input that cannot go yet, with what they wait for. */
export interface WaitingFiles<File> {
  readonly files: readonly File[];
  readonly reason: string;
}

/** Which files can go, and which wait for others. */
export function splitGroups<File extends { readonly name: string; readonly role: Role }>(
  files: readonly File[],
  roles: readonly Role[],
): { readonly ready: readonly File[]; readonly waiting: readonly WaitingFiles<File>[] } {
  const ready: File[] = [];
  const waiting: WaitingFiles<File>[] = [];
  for (const input of new Set(roles.map((role) => role.input.name))) {
    const own = files.filter(({ role }) => role.input.name === input);
    if (own.length === 0) continue;
    const missing = roles.filter(
      (role) => role.input.name === input && !own.some((file) => file.role.join === role.join),
    );
    if (missing.length === 0) ready.push(...own);
    else waiting.push({ files: own, reason: reasonOf(own, missing) });
  }
  return { ready, waiting };
}

function reasonOf(files: readonly { readonly name: string }[], missing: readonly Role[]): string {
  const names = files.slice(0, mostNames).map(({ name }) => name);
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : "";
  const wanted = missing.map((role) => `${role.pattern} (${roleName(role)})`).join(" and ");
  const [wait, they] = files.length === 1 ? ["waits", "it needs"] : ["wait", "they need"];
  return `${names.join(", ")}${more} ${wait} in the inbox: ${they} ${wanted}, and no such file is there`;
}

const mostNames = 5;
